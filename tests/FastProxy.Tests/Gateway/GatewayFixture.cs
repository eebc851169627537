using System.Net;
using System.Net.Sockets;
using System.Text;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Gateway;
using FastProxy.Storage;
using FastProxy.Testing;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Gateway;

/// <summary>
/// A gateway in this process, in clear on loopback, on a real store; one application per test as it needs it. Its clock stands still, and what
/// no clock can be given to has limits that a slow machine does not reach: no test of something else is one of its time limits.
/// </summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private GatewayFixture(LimitOptions limits, IReadOnlyList<IPNetwork> trustedProxies, bool proxyProtocol, string? countryHeader, IReadOnlyList<CertificateOptions> tls, ILoggerFactory loggers)
    {
        Store = SqliteAccessStore.Open(_directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        Decisions = SqliteDecisionLog.Open(_directory.Data, NullLogger<SqliteDecisionLog>.Instance);
        var options = new GatewayOptions
        {
            DataDirectory = _directory.Data,
            Listeners = [new ListenerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), ProxyProtocol = proxyProtocol, Tls = tls }],
            Limits = limits,
            TrustedProxies = trustedProxies,
            Geo = countryHeader is null ? null : new GeoOptions { Header = countryHeader },
        };
        Server = new GatewayServer(options, Store, Decisions, loggers, Time);
    }

    public static LimitOptions Limits { get; } = LimitOptions.ForOpenFileLimit(4096) with
    {
        HandshakeTimeout = TimeSpan.FromMinutes(5),
        OriginConnectTimeout = TimeSpan.FromMinutes(5),
        Drain = TimeSpan.FromMinutes(5),
    };

    /// <summary>The gateway's clock. It begins now.</summary>
    public ManualTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public SqliteAccessStore Store { get; }

    public SqliteDecisionLog Decisions { get; }

    public GatewayServer Server { get; }

    public IPEndPoint Address => Server.Addresses[0];

    public static async Task<GatewayFixture> StartAsync(LimitOptions? limits = null, IReadOnlyList<IPNetwork>? trustedProxies = null, ILoggerFactory? loggers = null, bool proxyProtocol = false, string? countryHeader = null, IReadOnlyList<CertificateOptions>? tls = null)
    {
        var fixture = new GatewayFixture(limits ?? Limits, trustedProxies ?? [], proxyProtocol, countryHeader, tls ?? [], loggers ?? NullLoggerFactory.Instance);
        await fixture.Server.StartAsync(CancellationToken.None);
        return fixture;
    }

    public async Task<IssuedServiceToken> AddTokenAsync(string name = "ci", bool expired = false, bool enabled = true)
    {
        // Every token lasts an hour; an expired one was issued a day ago.
        var issued = ServiceTokenFactory.Issue(name, TimeSpan.FromHours(1), Time.GetUtcNow().AddDays(expired ? -1 : 0));
        var token = issued.Token with { Enabled = enabled };
        var created = await Store.CreateTokenAsync(token, CancellationToken.None);
        Assert.True(created.IsOk, created.Message);
        return new IssuedServiceToken(token, issued.Secret);
    }

    public async Task<Application> AddApplicationAsync(string host, string? origin, PolicyAction action, params Rule[] include)
    {
        var now = Time.GetUtcNow();
        Assert.True(ApplicationDomain.TryParse(host, out var domain, out _));
        Origin? parsed = null;
        Assert.True(origin is null || Origin.TryParse(origin, out parsed, out _));
        var application = new Application
        {
            Id = Guid.NewGuid(),
            Name = host,
            Aud = ApplicationAudience.Create(),
            Domains = [domain],
            Origin = parsed,
            Policies = include.Length == 0 ? [] :
            [
                new Policy { Id = Guid.NewGuid(), Name = "p", Action = action, Include = [.. include], Precedence = 1, CreatedAt = now, UpdatedAt = now },
            ],
            CreatedAt = now,
            UpdatedAt = now,
        };
        var created = await Store.CreateApplicationAsync(application, CancellationToken.None);
        Assert.True(created.IsOk, created.Message);
        return created.Value!;
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Address);
        return socket;
    }

    /// <summary>Sends a request head and reads everything until the gateway closes.</summary>
    public async Task<string> AskAsync(string head)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(head));
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        for (int count; (count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60))) > 0;)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }

    /// <summary>A well-formed upgrade with extra header lines, each ending with CRLF.</summary>
    public static string Upgrade(string host, string headers = "", string target = "/") =>
        $"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n";

    public static string Pair(IssuedServiceToken issued) =>
        $"Cf-Access-Client-Id: {issued.Token.ClientId}\r\nCf-Access-Client-Secret: {issued.Secret.Reveal()}\r\n";

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await Server.StopAsync(now.Token);
        await Server.DisposeAsync();
        await Store.DisposeAsync();
        await Decisions.DisposeAsync();
        _directory.Dispose();
    }
}
