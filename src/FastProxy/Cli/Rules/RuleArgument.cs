using System.Diagnostics.CodeAnalysis;
using FastProxy.Access.Policies;

namespace FastProxy.Cli.Rules;

/// <summary>
/// A RULE of the command line: <c>service-token:NAME</c>, <c>any-service-token</c>, <c>group:NAME</c>, <c>everyone</c> or <c>ip:CIDR</c>.
/// </summary>
/// <param name="Selector">What stands before the colon.</param>
/// <param name="Value">What stands after it; empty where the selector takes nothing.</param>
internal sealed record RuleArgument(string Selector, string Value)
{
    public const string ServiceToken = "service-token";
    public const string AnyServiceToken = "any-service-token";
    public const string Group = "group";
    public const string Everyone = "everyone";
    public const string Ip = "ip";

    private const string Known = "service-token:NAME, any-service-token, group:NAME, everyone, ip:CIDR";

    private static readonly string[] s_later = ["email", "email-domain", "country", "common-name", "certificate", "oidc"];

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
            case AnyServiceToken or Everyone when colon >= 0:
                error = $"the rule '{selector}' takes no value";
                break;
            case ServiceToken or Group when value.Length == 0:
                error = $"the rule '{selector}' needs a name: {selector}:NAME";
                break;
            case Ip:
                // Written as it will be stored: bits beyond the prefix cleared.
                if (NetworkText.TryParse(value, out var network, out error))
                {
                    value = NetworkText.Format(network);
                }
                break;
            case AnyServiceToken or Everyone or ServiceToken or Group:
                break;
            default:
                error = s_later.Contains(selector)
                    ? $"the rule '{selector}' is not available in this version; these are: {Known}"
                    : $"'{text}' is no rule; these are: {Known}";
                break;
        }
        rule = error is null ? new RuleArgument(selector, value) : null;
        return rule is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.Length == 0 ? Selector : $"{Selector}:{Value}";
}
