using System.Text.Json;
using FastProxy.Access.Decisions;

namespace FastProxy.Access.Policies;

/// <summary>Holds for people of whom the identity provider says this; a claim of several values has each of them. Case matters.</summary>
/// <param name="ClaimName">The name of the claim.</param>
/// <param name="ClaimValue">The value.</param>
/// <param name="ProviderId">The provider that must say it; null: any.</param>
public sealed record OidcRule(string ClaimName, string ClaimValue, Guid? ProviderId) : Rule
{
    internal const string Key = "oidc";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Identity is not { } identity ? context.Absent(OpenFacts.Identity)
        : (ProviderId is null || ProviderId == identity.ProviderId) && identity.Claims.AsSpan().Contains(new IdentityClaim(ClaimName, ClaimValue)) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("claim_name", ClaimName);
        writer.WriteString("claim_value", ClaimValue);
        if (ProviderId is { } id)
        {
            writer.WriteString("identity_provider_id", id);
        }

        writer.WriteEndObject();
    }
}
