using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FastProxy.Access.Stores;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Storage;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Admin;

/// <summary>The API on a socket of its own over a store of its own.</summary>
public sealed class RunningAdmin : IAsyncLifetime
{
    private const string Root = "/client/v4/accounts/0123456789abcdefABCDEF0123456789/access/";

    private SqliteAccessStore? _store;
    private AdminServer? _server;
    private HttpClient? _http;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("fastproxy-admin-").FullName;

    public string SocketPath => _server!.SocketPath;

    /// <summary>The URL of the TCP address.</summary>
    public string Url => _server!.Url!;

    public IEnumerable<string> Routes => _server!.Routes;

    public IAccessStore Store => _store!;

    /// <summary>What the API has written to the log.</summary>
    internal LineLog Log { get; } = new();

    /// <summary>Time for tokens; it stands still unless a test moves it.</summary>
    public ManualTime Time { get; } = new();

    public async Task InitializeAsync()
    {
        _store = SqliteAccessStore.Open(Directory, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        _server = new AdminServer(Directory, _store, Log, Time, new AdminListener(new IPEndPoint(IPAddress.Loopback, 0), null));
        await _server.StartAsync(CancellationToken.None);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://localhost"),
        };
    }

    public async Task DisposeAsync()
    {
        _http!.Dispose();
        await _server!.DisposeAsync();
        await _store!.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public Task<(HttpStatusCode Status, JsonElement Envelope)> SendAsync(string method, string path, string? body = null) =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body));

    public Task<(HttpStatusCode Status, JsonElement Envelope)> SendAsync(string method, string path, byte[]? body) =>
        SendAsync(method, path, body, "application/json");

    public async Task<(HttpStatusCode Status, JsonElement Envelope)> SendAsync(string method, string path, byte[]? body, string? contentType)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path : Root + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }
        using var response = await _http!.SendAsync(request);
        Assert.NotNull(response.Content.Headers.ContentLength);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return (response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Sends what must succeed, and gives the result.</summary>
    public async Task<JsonElement> DoAsync(string method, string path, string? body = null)
    {
        var (_, envelope) = await SendAsync(method, path, body);
        Assert.True(envelope.GetProperty("success").GetBoolean(), envelope.ToString());
        return envelope.GetProperty("result");
    }

    /// <summary>Sends what must fail with a status, and gives the first error.</summary>
    public async Task<(int Code, string Message)> FailAsync(HttpStatusCode expected, string method, string path, byte[]? body)
    {
        var (status, envelope) = await SendAsync(method, path, body);
        Assert.Equal(expected, status);
        Assert.False(envelope.GetProperty("success").GetBoolean());
        Assert.Equal(JsonValueKind.Null, envelope.GetProperty("result").ValueKind);
        var error = envelope.GetProperty("errors")[0];
        return (error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!);
    }

    public Task<(int Code, string Message)> FailAsync(HttpStatusCode expected, string method, string path, string? body = null) =>
        FailAsync(expected, method, path, body is null ? null : Encoding.UTF8.GetBytes(body));
}
