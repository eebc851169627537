using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for people whose identity provider vouches for a method of authentication, such as <c>mfa</c> or <c>hwk</c> (RFC 8176).</summary>
/// <param name="Method">The value of the claim <c>amr</c>; case matters.</param>
public sealed record AuthMethodRule(string Method) : Rule
{
    internal const string Key = "auth_method";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Identity is not { } identity ? context.Absent(OpenFacts.Identity)
        : identity.AuthenticationMethods.AsSpan().Contains(Method) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteText(writer, "auth_method", Method);
}
