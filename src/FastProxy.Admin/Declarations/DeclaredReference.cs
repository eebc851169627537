namespace FastProxy.Admin.Declarations;

/// <summary>Where in a rule's value an id stands that a declaration has as a name.</summary>
/// <param name="Field">The field of the value.</param>
/// <param name="Kind">What it names.</param>
internal sealed record DeclaredReference(string Field, DeclaredKind Kind)
{
    private static readonly Dictionary<string, DeclaredReference> s_bySelector = new(StringComparer.Ordinal)
    {
        ["service_token"] = new("token_id", DeclaredKind.ServiceToken),
        ["group"] = new("id", DeclaredKind.Group),
        ["ip_list"] = new("id", DeclaredKind.List),
        ["email_list"] = new("id", DeclaredKind.List),
        ["linked_app_token"] = new("app_uid", DeclaredKind.Application),
    };

    /// <summary>The reference in rules of a selector; null where they have none.</summary>
    public static DeclaredReference? Of(string selector) => s_bySelector.GetValueOrDefault(selector);
}
