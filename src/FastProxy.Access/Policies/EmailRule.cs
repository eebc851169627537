using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for a person with this address; case does not matter.</summary>
/// <param name="Email">The address.</param>
public sealed record EmailRule(string Email) : Rule
{
    internal const string Key = "email";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Identity is not { } identity ? context.Absent(OpenFacts.Identity)
        : string.Equals(identity.Email, Email, StringComparison.OrdinalIgnoreCase) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteText(writer, "email", Email);

    internal static Rule Read(RuleValue value)
    {
        var text = value.Text("email");
        if (text.IndexOf('@', StringComparison.Ordinal) is var at && (at <= 0 || at != text.LastIndexOf('@') || at == text.Length - 1))
        {
            value.Fail($"'{text}' is no email address");
        }

        return new EmailRule(text);
    }
}
