using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>
/// Rules in the API's grammar: each is an object with exactly one key, the selector, e.g. <c>{"ip":{"ip":"10.0.0.0/8"}}</c>. Written by
/// hand: no reflection. The store keeps rules in the same form.
/// </summary>
public static class RuleJson
{
    private static readonly Dictionary<string, Func<RuleValue, Rule>> s_selectors = new(StringComparer.Ordinal)
    {
        [EveryoneRule.Key] = static _ => new EveryoneRule(),
        [ServiceTokenRule.Key] = static value => new ServiceTokenRule(value.Id("token_id")),
        [AnyValidServiceTokenRule.Key] = static _ => new AnyValidServiceTokenRule(),
        [IpRule.Key] = IpRule.Read,
        [IpListRule.Key] = static value => new IpListRule(value.Id("id")),
        [GeoRule.Key] = GeoRule.Read,
        [CertificateRule.Key] = static _ => new CertificateRule(),
        [CommonNameRule.Key] = static value => new CommonNameRule(value.Name("common_name")),
        [GroupRule.Key] = static value => new GroupRule(value.Id("id")),
        [EmailRule.Key] = EmailRule.Read,
        [EmailDomainRule.Key] = EmailDomainRule.Read,
        [EmailListRule.Key] = static value => new EmailListRule(value.Id("id")),
        [LoginMethodRule.Key] = static value => new LoginMethodRule(value.Id("id")),
        [AuthMethodRule.Key] = static value => new AuthMethodRule(value.Name("auth_method")),
        [OidcRule.Key] = static value => new OidcRule(value.Name("claim_name"), value.Name("claim_value"), value.OptionalId("identity_provider_id")),
        [ExternalEvaluationRule.Key] = ExternalEvaluationRule.Read,
        [LinkedAppTokenRule.Key] = static value => new LinkedAppTokenRule(value.Id("app_uid")),
    };

    // Selectors of the same grammar that ask somebody else. Refused by name: a rule that is dropped in silence admits or excludes nobody.
    private static readonly Dictionary<string, string> s_beyond = new(StringComparer.Ordinal)
    {
        ["auth_context"] = "Microsoft Entra ID",
        ["azureAD"] = "Microsoft Entra ID",
        ["okta"] = "Okta",
        ["gsuite"] = "Google Workspace",
        ["github-organization"] = "GitHub",
        ["saml"] = "a SAML identity provider",
        ["device_posture"] = "an agent on the device",
    };

    private static string Known => string.Join(", ", s_selectors.Keys);

    /// <summary>Reads one rule. False with a sentence for the caller when it is none.</summary>
    public static bool TryRead(JsonElement element, [NotNullWhen(true)] out Rule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = null;
        if (element.ValueKind != JsonValueKind.Object)
        {
            error = "a rule is an object with exactly one key, such as {\"everyone\":{}}";
            return false;
        }

        using var properties = element.EnumerateObject();
        if (!properties.MoveNext())
        {
            error = "a rule is an object with exactly one key; this one has none";
            return false;
        }

        var selector = properties.Current.Name;
        var value = properties.Current.Value;
        if (properties.MoveNext())
        {
            error = $"a rule is an object with exactly one key; this one has '{selector}' and '{properties.Current.Name}'";
            return false;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            error = $"the value of '{selector}' is not an object";
            return false;
        }

        if (s_beyond.GetValueOrDefault(selector) is { } lack)
        {
            error = $"the selector '{selector}' needs {lack}, which is not supported (known: {Known})";
            return false;
        }

        if (!s_selectors.TryGetValue(selector, out var read))
        {
            error = $"the selector '{selector}' is not known here (known: {Known})";
            return false;
        }

        var fields = new RuleValue(value, selector);
        var result = read(fields);
        error = fields.Error;
        rule = error is null ? result : null;
        return rule is not null;
    }

    /// <summary>
    /// Reads a list of rules. JSON null and a missing value (<c>default</c>) are the empty list. False with a sentence that names the place
    /// in the list when one is no rule.
    /// </summary>
    public static bool TryReadList(JsonElement element, out ImmutableArray<Rule> rules, [NotNullWhen(false)] out string? error)
    {
        rules = [];
        error = null;
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            error = "rules are a list";
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<Rule>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            if (!TryRead(item, out var rule, out error))
            {
                error = $"rule {builder.Count + 1}: {error}";
                return false;
            }

            builder.Add(rule);
        }

        rules = builder.DrainToImmutable();
        return true;
    }

    /// <summary>Writes one rule as an object.</summary>
    public static void Write(Utf8JsonWriter writer, Rule rule)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(rule);
        writer.WriteStartObject();
        writer.WritePropertyName(rule.Selector);
        rule.WriteValue(writer);
        writer.WriteEndObject();
    }

    /// <summary>Writes a list of rules as an array.</summary>
    public static void WriteList(Utf8JsonWriter writer, ImmutableArray<Rule> rules)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        foreach (var rule in rules)
        {
            Write(writer, rule);
        }

        writer.WriteEndArray();
    }
}
