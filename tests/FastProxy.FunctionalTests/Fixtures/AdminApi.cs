using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>The API on a gateway's admin socket, spoken directly.</summary>
internal sealed class AdminApi : IDisposable
{
    private const string Tokens = "http://localhost/client/v4/accounts/00000000000000000000000000000000/access/service_tokens";

    private readonly HttpClient _http;

    public AdminApi(string socketPath)
    {
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false });

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    /// <summary>Creates a token; its id, or null where the gateway died before it said so.</summary>
    public async Task<string?> TryCreateTokenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using var content = JsonContent.Create(new Dictionary<string, string> { ["name"] = name });
            using var response = await _http.PostAsync(Tokens, content, cancellationToken);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            return document.RootElement.GetProperty("result").GetProperty("id").GetString();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>Ends the overlap of a token's last rotation now.</summary>
    public async Task EndOverlapAsync(string tokenId)
    {
        using var content = JsonContent.Create(new Dictionary<string, string> { ["previous_client_secret_expires_at"] = "2020-01-01T00:00:00Z" });
        using var response = await _http.PutAsync($"{Tokens}/{tokenId}", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public void Dispose() => _http.Dispose();
}
