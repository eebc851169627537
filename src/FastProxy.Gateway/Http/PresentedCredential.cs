using System.Text.Json;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>The machine credential on a request: none, a well-formed pair, or something that is refused for its form.</summary>
internal readonly struct PresentedCredential
{
    public const string IdHeader = "Cf-Access-Client-Id";
    public const string SecretHeader = "Cf-Access-Client-Secret";

    /// <summary>Longer values cannot be credentials and are not looked at.</summary>
    private const int LongestValue = 1024;

    private PresentedCredential(string? id, string? secret, Refusal? refusal)
    {
        Id = id;
        Secret = secret;
        Refusal = refusal;
    }

    public string? Id { get; }

    /// <summary>The secret in clear: never logged, never kept.</summary>
    public string? Secret { get; }

    public Refusal? Refusal { get; }

    public bool IsPresent => Id is not null;

    /// <summary>Reads the pair of headers, or the one header the application allows instead (its value a JSON object with the lower-case names).</summary>
    public static PresentedCredential Read(IHeaderDictionary headers, string? singleHeader)
    {
        var ids = headers[IdHeader];
        var secrets = headers[SecretHeader];
        var single = ReadSingle(headers, singleHeader);
        if (ids.Count == 0 && secrets.Count == 0)
        {
            return single;
        }

        if (single.IsPresent || single.Refusal is not null)
        {
            return Malformed($"credentials in both {IdHeader} and {singleHeader}: send one of the two");
        }

        if (ids.Count > 1 || secrets.Count > 1)
        {
            return Malformed($"{(ids.Count > 1 ? IdHeader : SecretHeader)} is there more than once");
        }

        if (ids.Count == 0 || secrets.Count == 0)
        {
            return Malformed($"{(ids.Count == 0 ? IdHeader : SecretHeader)} is missing: a credential is an id and a secret");
        }

        if (string.IsNullOrEmpty(ids[0]) || string.IsNullOrEmpty(secrets[0]))
        {
            return Malformed($"{(string.IsNullOrEmpty(ids[0]) ? IdHeader : SecretHeader)} is empty");
        }

        return Pair(ids[0]!, secrets[0]!);
    }

    private static PresentedCredential ReadSingle(IHeaderDictionary headers, string? name)
    {
        if (name is null || headers[name] is not { Count: > 0 } values || values[0] is not { Length: > 0 } value || !value.StartsWith('{'))
        {
            return default;
        }

        if (values.Count > 1 || value.Length > 2 * LongestValue)
        {
            return Malformed($"{name} is there more than once or is too long");
        }

        try
        {
            using var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 2 });
            if (document.RootElement.TryGetProperty("cf-access-client-id", out var id) && id.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("cf-access-client-secret", out var secret) && secret.ValueKind == JsonValueKind.String)
            {
                return Pair(id.GetString()!, secret.GetString()!);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second for half of a surrogate pair, as in "\ud800": a document takes it, and throws when it is asked for the text.
        }

        return Malformed($"{name} is not a JSON object with cf-access-client-id and cf-access-client-secret (in lower case)");
    }

    private static PresentedCredential Pair(string id, string secret)
    {
        id = id.Trim();
        secret = secret.Trim();
        return id.Length is 0 or > LongestValue || secret.Length is 0 or > LongestValue
            ? Malformed("an empty or overlong value cannot be a credential")
            : new PresentedCredential(id, secret, null);
    }

    private static PresentedCredential Malformed(string message) => new(null, null, new Refusal(ReasonCode.CredentialsMalformed, message));
}
