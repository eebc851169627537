using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Dialing;

namespace FastProxy.Cli.Api;

/// <summary>
/// Calls the gateway's API. A path is one of Access, such as <c>apps</c>; one that begins with a slash, such as <c>/tokens</c>, is the
/// account's. Failures are <see cref="ApiFailure"/>.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    // There is one account; its id only has to have the form of one.
    private const string Account = "/client/v4/accounts/00000000000000000000000000000000";
    private const int NotAuthenticated = 10000;
    private const string ErrorPrefix = "access.api.error.";

    private readonly HttpClient _http;
    private readonly ApiAddress _address;

    /// <summary>A client of the API at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="token">The bearer token; not sent over a unix socket, whose mode is the authority.</param>
    /// <param name="roots">Which certificate authorities are believed of an origin over TLS.</param>
    public ApiClient(ApiAddress address, string? token, TrustRoots roots)
    {
        _address = address;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        if (address.SocketPath is { } path)
        {
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        }
        else if (address.Origin is { HostNameType: UriHostNameType.Dns } origin && HostNames.IsLoopback(origin.Host))
        {
            // Names below localhost are this machine (RFC 6761), which not every resolver knows.
            handler.ConnectCallback = (context, cancellationToken) => ConnectToThisMachineAsync(context.DnsEndPoint.Port, cancellationToken);
        }
        handler.SslOptions.CertificateChainPolicy = roots.CreatePolicy();
        _http = new HttpClient(handler) { BaseAddress = address.Origin ?? new Uri("http://localhost"), Timeout = TimeSpan.FromSeconds(30) };
        if (address.Origin is not null && ReadToken(token) is { } bearer)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }
    }

    /// <summary>Reads an object.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => ResultAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Creates an object.</summary>
    public Task<JsonElement> PostAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        ResultAsync(HttpMethod.Post, path, body, cancellationToken);

    /// <summary>Makes a call that needs no body.</summary>
    public Task<JsonElement> PostAsync(string path, CancellationToken cancellationToken) => ResultAsync(HttpMethod.Post, path, null, cancellationToken);

    /// <summary>Changes an object.</summary>
    public Task<JsonElement> PutAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        ResultAsync(HttpMethod.Put, path, body, cancellationToken);

    /// <summary>Deletes an object.</summary>
    public Task DeleteAsync(string path, CancellationToken cancellationToken) => ResultAsync(HttpMethod.Delete, path, null, cancellationToken);

    /// <summary>Reads a list, all of its pages.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var all = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var items = await GetAsync($"{path}?page={page}&per_page=1000", cancellationToken);
            all.AddRange(items.EnumerateArray());
            if (items.GetArrayLength() < 1000)
            {
                return all;
            }
        }
    }

    /// <summary>The token of a text that may end in the newline of the file it was read from; null where there is none.</summary>
    /// <exception cref="ApiFailure">The text can be no token.</exception>
    internal static string? ReadToken(string? text) => text?.Trim() switch
    {
        null or "" => null,
        var token when token.All(c => c is > ' ' and <= '~') => token,
        _ => throw new ApiFailure("refused", "FASTPROXY_API_TOKEN is no API token: it has characters in it that none has"),
    };

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Connects to a unix socket, in place of what the URL says.</summary>
    internal static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectToThisMachineAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync([IPAddress.Loopback, IPAddress.IPv6Loopback], port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<JsonElement> ResultAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? Account + path : $"{Account}/access/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return Result(bytes, (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (ArgumentOutOfRangeException) when (_address.SocketPath is { } socket)
        {
            throw new ApiFailure($"cannot reach the admin socket {socket}", "its path is longer than a unix socket's may be");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiFailure($"cannot reach {Where}", $"no answer within {_http.Timeout.TotalSeconds} s");
        }
    }

    private string Where => _address.SocketPath is { } path ? $"the admin socket {path}" : $"the API at {_address.Origin}";

    private JsonElement Result(byte[] bytes, int status)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("success").GetBoolean())
            {
                foreach (var notice in root.GetProperty("messages").EnumerateArray())
                {
                    StandardError.WriteLine($"fastproxy: warning: {Message(notice)}");
                }

                return root.GetProperty("result").Clone();
            }
            var errors = root.GetProperty("errors");
            var code = errors[0].GetProperty("code").GetInt32();
            if (code == NotAuthenticated)
            {
                throw new ApiFailure("refused", "the API token is missing, unknown or expired")
                {
                    NextStep = "Set FASTPROXY_API_TOKEN; on the gateway's host: fastproxy api-token create NAME --scope write",
                };
            }
            throw new ApiFailure("refused", Message(errors[0]))
            {
                Code = code,
                Problems = [.. errors.EnumerateArray().Where(error => error.TryGetProperty("source", out _))
                    .Select(error => (error.GetProperty("source").GetProperty("pointer").GetString()!, Message(error)))],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new ApiFailure($"{Where} is no FastProxy API", $"it answered with status {status} and something else than an envelope");
        }
    }

    // Without what is for programs, in front of it.
    private static string Message(JsonElement error)
    {
        var message = error.GetProperty("message").GetString() ?? "";
        return message.StartsWith(ErrorPrefix, StringComparison.Ordinal) && message.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end
            ? message[(end + 2)..]
            : message;
    }

    private ApiFailure Unreachable(HttpRequestException e) => e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
        ? new ApiFailure($"cannot reach {Where}", "permission denied: run this as the gateway's user, or as root")
        : _address.SocketPath is not null
            ? new ApiFailure($"cannot reach {Where}", "is the gateway running?") { NextStep = "A gateway with another data_dir is named by --api unix:DIR/admin.sock or FASTPROXY_API." }
            : e.InnerException is AuthenticationException tls
            ? new ApiFailure($"TLS with {Where}", tls.Message) { NextStep = "If its certificate is from an authority of your own: --ca-file FILE, or SSL_CERT_FILE." }
            : new ApiFailure($"cannot reach {Where}", (e.InnerException ?? e).Message);
}
