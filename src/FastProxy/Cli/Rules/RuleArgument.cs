using System.Diagnostics.CodeAnalysis;
using FastProxy.Access;
using FastProxy.Access.Policies;

namespace FastProxy.Cli.Rules;

/// <summary>A RULE of the command line, such as <c>service-token:NAME</c> or <c>everyone</c>.</summary>
/// <param name="Selector">What stands before the colon.</param>
/// <param name="Value">What stands after it; empty where the selector takes nothing.</param>
internal sealed record RuleArgument(string Selector, string Value)
{
    public const string ServiceToken = "service-token";
    public const string AnyServiceToken = "any-service-token";
    public const string Group = "group";
    public const string Everyone = "everyone";
    public const string Ip = "ip";
    public const string Country = "country";
    public const string Certificate = "certificate";
    public const string CommonName = "common-name";
    public const string Email = "email";
    public const string EmailDomain = "email-domain";
    public const string Oidc = "oidc";

    /// <summary>Every form, for help and errors.</summary>
    public const string Known = "service-token:NAME, any-service-token, group:NAME, everyone, ip:CIDR, country:XX, certificate, common-name:CN, "
        + "email:A, email-domain:D, oidc:CLAIM=VALUE";

    private static readonly string[] s_selectors = [ServiceToken, AnyServiceToken, Group, Everyone, Ip, Country, Certificate, CommonName, Email, EmailDomain, Oidc];

    /// <summary>Reads a rule. False with a sentence for what is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RuleArgument? rule, [NotNullWhen(false)] out string? error)
    {
        rule = null;
        error = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var selector = colon < 0 ? text : text[..colon];
        var value = colon < 0 ? "" : text[(colon + 1)..];
        switch (selector)
        {
            case AnyServiceToken or Everyone or Certificate when colon >= 0:
                error = $"the rule '{selector}' takes no value";
                break;
            case ServiceToken or Group or CommonName when value.Length == 0:
                error = $"the rule '{selector}' needs a name: {selector}:NAME";
                break;
            case Email or EmailDomain when value.Length == 0:
                error = $"the rule '{selector}' needs {(selector == Email ? "an address" : "a domain")} after the colon";
                break;
            case Oidc when value.IndexOf('=', StringComparison.Ordinal) is var equals && (equals <= 0 || equals == value.Length - 1):
                error = "the rule 'oidc' needs a claim and its value: oidc:CLAIM=VALUE";
                break;
            case Country:
                if (!CountryCode.TryParse(value, out var country))
                {
                    error = $"'{value}' is no country: two letters of ISO 3166-1, such as PT";
                }
                value = country.ToString();
                break;
            case Ip:
                // Written as it will be stored: bits beyond the prefix cleared.
                if (NetworkText.TryParse(value, out var network, out error))
                {
                    value = NetworkText.Format(network);
                }
                break;
            case AnyServiceToken or Everyone or ServiceToken or Group or Certificate or CommonName or Email or EmailDomain or Oidc:
                break;
            default:
                error = EditDistance.Nearest(selector, s_selectors) is { } nearest
                    ? $"'{text}' is no rule, did you mean '{nearest}{(colon < 0 ? "" : text[colon..])}'?"
                    : $"'{text}' is no rule; these are: {Known}";
                break;
        }
        rule = error is null ? new RuleArgument(selector, value) : null;
        return rule is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.Length == 0 ? Selector : $"{Selector}:{Value}";
}
