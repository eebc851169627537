using System.Text;
using System.Text.Json;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Client.Connecting;

/// <summary>Turns an answer other than 101 into a failure; reads of its body only what a message needs.</summary>
internal static class RefusalReader
{
    private const int MaxBody = 4096;
    private const int MaxText = 300;
    private const int BodySeconds = 2;

    public static async Task<ConnectFailure> ReadAsync(
        Stream stream, UpgradeResponse response, ReadOnlyMemory<byte> leftover, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var (code, message, request) = ParseBody(await ReadBodyAsync(stream, response, leftover, timeProvider, cancellationToken));
        var failure = Describe(response, message);
        return failure with
        {
            Status = response.StatusCode,
            Reason = Clean(response.Header(StreamProtocol.ErrorHeader)) ?? Clean(code),
            Request = Clean(response.Header(StreamProtocol.RequestHeader)) ?? Clean(request) ?? Clean(response.Header("Cf-Ray")),
        };
    }

    private static ConnectFailure Describe(UpgradeResponse response, string? message)
    {
        var status = $"{response.StatusCode} {response.ReasonPhrase}".Trim();
        if (response.StatusCode is >= 300 and < 400)
        {
            var location = response.Header("Location") ?? string.Empty;
            if (Uri.TryCreate(location, UriKind.RelativeOrAbsolute, out var uri)
                && (uri.IsAbsoluteUri ? uri.AbsolutePath : location).StartsWith("/cdn-cgi/access/login", StringComparison.Ordinal))
            {
                return new ConnectFailure(ConnectStage.Refused, "a login was demanded: the gateway took no credential for this application")
                {
                    LoginDemanded = true,
                    NextStep = "Give a service token that a Service Auth policy of the application admits; a redirect to a login page is never followed.",
                };
            }

            return new ConnectFailure(ConnectStage.Handshake, $"the server answered {status}, and redirects are not followed");
        }

        return response.StatusCode < 400
            ? new ConnectFailure(ConnectStage.Handshake, $"the server answered {status} instead of upgrading to a WebSocket")
            : new ConnectFailure(ConnectStage.Refused, Clean(message) is { } words ? $"{response.StatusCode} {words}" : status);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(
        Stream stream, UpgradeResponse response, ReadOnlyMemory<byte> leftover, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(MaxBody, response.ContentLength ?? MaxBody);
        var body = new byte[wanted];
        var length = Math.Min(wanted, leftover.Length);
        leftover[..length].CopyTo(body);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(BodySeconds), timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (length < wanted && await stream.ReadAsync(body.AsMemory(length), linked.Token) is var read and > 0)
            {
                length += read;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The status is known; the words are a courtesy.
        }

        return body.AsMemory(0, length);
    }

    /// <summary>The fields of <c>{"error":{"code","message","request_id"}}</c>; nulls for any other body.</summary>
    private static (string? Code, string? Message, string? Request) ParseBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                ? (Text(error, "code"), Text(error, "message"), Text(error, "request_id"))
                : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The first line, without control characters, and not too much of it; null where nothing is left.</summary>
    private static string? Clean(string? text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        line = line[..Math.Min(line.Length, MaxText)];
        var clean = new StringBuilder(line.Length);
        foreach (var c in line)
        {
            clean.Append(char.IsControl(c) ? ' ' : c);
        }

        return clean.Length == 0 ? null : clean.ToString();
    }
}
