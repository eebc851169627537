using System.Text.Json;

namespace FastProxy.Admin.Declarations;

/// <summary>Exchanges ids and names in rules of the API's grammar: <c>{"service_token":{"token_id":"ci"}}</c>.</summary>
internal static class DeclaredRules
{
    /// <summary>The fields of a policy or group that are lists of rules.</summary>
    public static readonly string[] Fields = ["include", "require", "exclude"];

    /// <summary>Writes a rule, what it names exchanged; one that is no rule, or names nothing, is written as it is.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="exchange">Gives the other text for one that names an object.</param>
    public static void Write(Utf8JsonWriter writer, JsonElement rule, Func<DeclaredKind, string, string> exchange)
    {
        if (rule.ValueKind != JsonValueKind.Object)
        {
            rule.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        foreach (var selector in rule.EnumerateObject())
        {
            writer.WritePropertyName(selector.Name);
            if (DeclaredReference.Of(selector.Name) is { } reference && selector.Value.ValueKind == JsonValueKind.Object)
            {
                WriteValue(writer, selector.Value, reference, exchange);
            }
            else
            {
                selector.Value.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, JsonElement value, DeclaredReference reference, Func<DeclaredKind, string, string> exchange)
    {
        writer.WriteStartObject();
        foreach (var field in value.EnumerateObject())
        {
            writer.WritePropertyName(field.Name);
            if (field.Name == reference.Field && field.Value.ValueKind == JsonValueKind.String)
            {
                writer.WriteStringValue(exchange(reference.Kind, field.Value.GetString()!));
            }
            else
            {
                field.Value.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
    }
}
