using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastProxy.Access.Policies;

namespace FastProxy.Admin.Api;

/// <summary>Writes rules in the API's grammar. Bodies are read by <see cref="ApiBody"/>, which can say what is wrong with them.</summary>
internal sealed class RuleListConverter : JsonConverter<ImmutableArray<Rule>>
{
    /// <inheritdoc/>
    public override ImmutableArray<Rule> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ImmutableArray<Rule> value, JsonSerializerOptions options) =>
        RuleJson.WriteList(writer, value);
}
