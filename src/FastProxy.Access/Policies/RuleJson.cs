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
    /// <summary>Reads one rule. False with a sentence for the caller when it is none.</summary>
    public static bool TryRead(JsonElement element, [NotNullWhen(true)] out Rule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = null;
        if (element.ValueKind != JsonValueKind.Object)
        {
            error = "a rule is an object with exactly one key";
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

        error = null;
        switch (selector)
        {
            case EveryoneRule.Key:
                rule = new EveryoneRule();
                break;
            case AnyValidServiceTokenRule.Key:
                rule = new AnyValidServiceTokenRule();
                break;
            case ServiceTokenRule.Key:
                rule = TryReadId(value, selector, "token_id", out var tokenId, out error) ? new ServiceTokenRule(tokenId) : null;
                break;
            case GroupRule.Key:
                rule = TryReadId(value, selector, "id", out var groupId, out error) ? new GroupRule(groupId) : null;
                break;
            case IpRule.Key:
                rule = TryReadText(value, selector, "ip", out var text, out error)
                    && NetworkText.TryParse(text, out var network, out error) ? new IpRule(network) : null;
                break;
            default:
                error = $"the selector '{selector}' is not known here (known: everyone, service_token, any_valid_service_token, ip, group)";
                break;
        }

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

    private static bool TryReadId(JsonElement value, string selector, string key, out Guid id, [NotNullWhen(false)] out string? error)
    {
        id = default;
        if (!TryReadText(value, selector, key, out var text, out error))
        {
            return false;
        }

        if (!Guid.TryParse(text, out id))
        {
            error = $"'{selector}.{key}' is not a UUID";
            return false;
        }

        return true;
    }

    private static bool TryReadText(
        JsonElement value,
        string selector,
        string key,
        [NotNullWhen(true)] out string? text,
        [NotNullWhen(false)] out string? error)
    {
        text = value.TryGetProperty(key, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString() : null;
        error = text is null ? $"'{selector}' needs the text '{key}'" : null;
        return text is not null;
    }
}
