using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for people whose address ends in this domain, and not in one below it; case does not matter.</summary>
/// <param name="Domain">What stands after the <c>@</c>.</param>
public sealed record EmailDomainRule(string Domain) : Rule
{
    internal const string Key = "email_domain";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal override RuleMatch Match(in RuleContext context)
    {
        if (context.Identity is not { } identity)
        {
            return context.Absent(OpenFacts.Identity);
        }

        var at = identity.Email.LastIndexOf('@');
        return at >= 0 && identity.Email.AsSpan(at + 1).Equals(Domain, StringComparison.OrdinalIgnoreCase) ? RuleMatch.Yes : RuleMatch.No;
    }

    internal override void WriteValue(Utf8JsonWriter writer) => WriteText(writer, "domain", Domain);

    internal static Rule Read(RuleValue value)
    {
        var text = value.Name("domain");
        if (text.AsSpan().ContainsAny("@* /"))
        {
            value.Fail($"'{text}' is no domain of email addresses: write what stands after the @");
        }

        return new EmailDomainRule(text);
    }
}
