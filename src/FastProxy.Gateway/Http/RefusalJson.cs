using System.Text.Json.Serialization;

namespace FastProxy.Gateway.Http;

/// <summary>The body of a refusal: <c>{"error":{"code","message","request_id"}}</c>.</summary>
internal sealed record RefusalBody([property: JsonPropertyName("error")] RefusalBodyError Error);

/// <summary>The inside of <see cref="RefusalBody"/>.</summary>
internal sealed record RefusalBodyError(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("request_id")] string RequestId);

[JsonSerializable(typeof(RefusalBody))]
internal sealed partial class RefusalJson : JsonSerializerContext;
