using System.Text.Json.Serialization;

namespace FastProxy.Admin.Api;

/// <summary>One entry of <c>errors</c>.</summary>
/// <param name="Code">A number of the API this one follows.</param>
/// <param name="Message">For programs up to the first colon, behind it one sentence for a person.</param>
/// <param name="Source">Where in the request it is; null where it is nowhere or anywhere in it.</param>
internal sealed record ApiError(
    int Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ApiErrorSource? Source = null);
