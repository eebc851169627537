using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Dialing;

namespace FastProxy.Cli.Api;

/// <summary>
/// Calls the gateway's API. A path is one of Access, such as <c>apps</c>; one that begins with a slash, such as <c>/tokens</c>, is the
/// account's. Failures are <see cref="ApiFailure"/>; one that came when a change may have been made says so.
/// </summary>
internal sealed partial class ApiClient : IDisposable
{
    // There is one account; its id only has to have the form of one.
    private const string Account = "/client/v4/accounts/00000000000000000000000000000000";
    private const int NotAuthenticated = 10000;
    private const string ErrorPrefix = "access.api.error.";

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // A declaration is all or nothing, and of at most 8 MiB: the largest took 16 s on two busy cores, and a disk may be slow.
    private static readonly TimeSpan s_declarationPatience = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http;
    private readonly ApiAddress _address;
    private readonly TimeProvider _time;
    private readonly bool _showsCertificate;
    private volatile bool _connected;
    private volatile bool _askedForCertificate;
    private bool _answered;

    /// <summary>A client of the API at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="token">The bearer token; not sent over a unix socket, whose mode is the authority.</param>
    /// <param name="roots">Which certificate authorities are believed of an origin over TLS.</param>
    /// <param name="certificate">The client certificate for a server that asks for one; null for none.</param>
    /// <param name="time">What the wait for an answer is measured with.</param>
    public ApiClient(ApiAddress address, string? token, TrustRoots roots, SslStreamCertificateContext? certificate, TimeProvider time)
    {
        _address = address;
        _time = time;
        _showsCertificate = certificate is not null;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = s_connectTimeout,

            // Called when TCP and TLS stand: what fails from here on may have reached the gateway.
            PlaintextStreamFilter = (context, _) =>
            {
                _connected = true;
                return ValueTask.FromResult(context.PlaintextStream);
            },
        };
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
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = certificate;
        }
        else
        {
            // Asked once before the handshake, and with the server's certificate where the server asks for ours.
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, server, _) =>
            {
                _askedForCertificate |= server is not null;
                return null!;
            };
        }

        // A connection for each call, so that it is known of each whether the gateway was reached.
        _http = new HttpClient(handler) { DefaultRequestHeaders = { ConnectionClose = true }, BaseAddress = address.Origin ?? new Uri("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
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

    /// <summary>Makes groups, policies and applications what a document says, or tells what would change; this one may take minutes.</summary>
    public Task<JsonElement> DeclareAsync(JsonObject document, bool dryRun, CancellationToken cancellationToken) =>
        ResultAsync(HttpMethod.Put, $"declaration?dry_run={(dryRun ? "true" : "false")}", document, changes: !dryRun, s_declarationPatience, cancellationToken);

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

    private Task<JsonElement> ResultAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken) =>
        ResultAsync(method, path, body, changes: method != HttpMethod.Get, s_patience, cancellationToken);

    private async Task<JsonElement> ResultAsync(
        HttpMethod method, string path, JsonObject? body, bool changes, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? Account + path : $"{Account}/access/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }
        else if (changes)
        {
            // A body, if an empty one: a request without is sent again, over another connection, where the first is lost before the answer.
            request.Content = new ByteArrayContent([]);
        }
        (_connected, _answered) = (false, false);
        using var late = new CancellationTokenSource(patience, _time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var response = await _http.SendAsync(request, ends.Token);
            _answered = true;
            var bytes = await response.Content.ReadAsByteArrayAsync(ends.Token);
            return Result(bytes, (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            throw Lost(e, changes);
        }
        catch (ArgumentOutOfRangeException) when (_address.SocketPath is { } socket)
        {
            throw new ApiFailure($"cannot reach the admin socket {socket}", "its path is longer than a unix socket's may be");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Late(changes, late.IsCancellationRequested ? patience : s_connectTimeout);
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
}
