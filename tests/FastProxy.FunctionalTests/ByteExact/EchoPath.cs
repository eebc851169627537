using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.ByteExact;

/// <summary>A gateway for all tests of a class, with an application that echoes; each test adds its own.</summary>
public sealed class EchoPath : IAsyncLifetime
{
    private EchoPeer? _origin;
    private int _applications;

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The host of the echoing application.</summary>
    public string Host => "echo.test.localhost";

    /// <summary>The token that it admits.</summary>
    public ServiceToken Token { get; private set; } = null!;

    /// <summary>Makes an application of an origin.</summary>
    public async Task<(string Host, ServiceToken Token)> AddAsync(TcpPeer origin)
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"app{Interlocked.Increment(ref _applications)}.test.localhost");
        return (host, await Gateway.AdmitAsync(host, Origin(origin)));
    }

    /// <summary>Makes an application of an origin, and a local listener of our client for it.</summary>
    public async Task<AccessListener> ForwardAsync(TcpPeer origin, params string[] options)
    {
        var (host, token) = await AddAsync(origin);
        return await AccessListener.StartAsync(Gateway, host, token, options);
    }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Gateway = await GatewayProcess.StartAsync();
        _origin = new EchoPeer();
        Token = await Gateway.AdmitAsync(Host, Origin(_origin));
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _origin!.DisposeAsync();
    }

    private static string Origin(TcpPeer peer) => string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{peer.Port}");
}
