using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Transport.Sockets;
using FastProxy.Transport.Dialing;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Client.Bastion;

/// <summary>A bastion on a socket that a service manager has bound, and that stays open there whatever the bastion does.</summary>
public sealed partial class PassedSocketTests
{
    [Fact]
    public async Task A_socket_that_a_reload_removes_is_not_watched_any_more()
    {
        using var passed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        passed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        passed.Listen();
        var ours = dup((int)passed.SafeHandle.DangerousGetHandle());
        var (kept, removed) = (Listener(new IPEndPoint(IPAddress.Loopback, 0)), Listener((IPEndPoint)passed.LocalEndPoint!));
        var options = new BastionOptions { Listeners = [kept, removed], Sessions = 10 };
        await using var server = new BastionServer(
            options, new Dictionary<string, int> { [removed.Name] = ours }, TrustRoots.System, ProxySettings.None, NullLoggerFactory.Instance, new ManualTime());
        await server.StartAsync(CancellationToken.None);

        // Kestrel begins to accept in its own time.
        await Eventually.IsTrueAsync(() => EpollWatches.Of(passed, ours) == 1);
        await server.ReloadAsync(options with { Listeners = [kept] }, TrustRoots.System, CancellationToken.None);
        await Eventually.IsTrueAsync(() => EpollWatches.Of(passed, ours) == 0);
        await server.StopAsync(CancellationToken.None);
    }

    private static PortListener Listener(IPEndPoint address)
    {
        Assert.True(AppUrl.TryParse("http://127.0.0.1:1", PlainHttp.Loopback, out var app, out var error), error);
        return new PortListener { Address = address, Request = new GatewayRequest { App = app, UserAgent = "fastproxy/test" } };
    }

    [LibraryImport("libc")]
    private static partial int dup(int descriptor);
}
