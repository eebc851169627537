using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Access.ApiTokens;
using FastProxy.Access.Changes;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Gateway.Tls;
using FastProxy.Storage;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Admin;

/// <summary>The TCP address with <c>admin.tls</c>.</summary>
public sealed class AdminTlsTests
{
    [Fact]
    public async Task It_is_known_by_the_names_of_its_certificate_alone()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var authority = new TestAuthority(Directory.CreateDirectory(Path.Combine(directory.Data, "tls")).FullName, "admin");
        var certificates = ServerCertificates.Load([authority.Server("admin.example.com", null)], TimeProvider.System, NullLogger.Instance);
        await using var store = SqliteAccessStore.Open(directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        await using var server = new AdminServer(
            directory.Data, store, NullLoggerFactory.Instance, TimeProvider.System, new AdminListener(new IPEndPoint(IPAddress.Loopback, 0), certificates));
        await server.StartAsync(CancellationToken.None);
        var issued = IssuedApiToken.Create("t", ApiTokenScope.Read, null, TimeProvider.System.GetUtcNow());
        Assert.True((await store.ChangeAsync(snapshot => ApiTokenChanges.Create(snapshot, issued.Token), CancellationToken.None)).IsOk);
        Assert.StartsWith("https://", server.Url, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, authority, issued, "admin.example.com"));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await GetAsync(server, authority, issued, "other.example.com"));
    }

    // The client takes the name that it checks from Host: that one is another's here, and the server's to find out.
    private static async Task<HttpStatusCode> GetAsync(AdminServer server, TestAuthority authority, IssuedApiToken issued, string host)
    {
        var address = new Uri(server.Url!);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        using var root = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(authority.File));
        trust.CustomTrustStore.Add(root);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                RemoteCertificateValidationCallback = (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNameMismatch,
            },
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://admin.example.com:{address.Port}/openapi.json");
        request.Headers.Host = host;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", issued.Value.Reveal());
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
