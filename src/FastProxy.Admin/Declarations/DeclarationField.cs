using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastProxy.Admin.Declarations;

/// <summary>A field that a declaration changes, its values as a declaration says them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">What it was; absent where nothing was said.</param>
/// <param name="After">What it is to be; absent where nothing is said any more.</param>
internal sealed record DeclarationField(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Before,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? After);
