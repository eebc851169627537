using System.Text.Json;
using System.Text.Json.Serialization;
using FastProxy.Access.Policies;

namespace FastProxy.Admin.Api;

/// <summary>Writes one rule in the API's grammar; see <see cref="RuleListConverter"/>.</summary>
internal sealed class RuleConverter : JsonConverter<Rule>
{
    /// <inheritdoc/>
    public override Rule Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Rule value, JsonSerializerOptions options) => RuleJson.Write(writer, value);
}
