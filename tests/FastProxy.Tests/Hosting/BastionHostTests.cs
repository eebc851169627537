using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Hosting;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Transport.Sockets;

namespace FastProxy.Tests.Hosting;

public sealed partial class BastionHostTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_listener_that_no_epoll_watches_is_not_ready_and_serves_when_one_does()
    {
        // Passed, so that its descriptor is known ahead.
        using var passed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        passed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        passed.Listen();
        var descriptor = dup((int)passed.SafeHandle.DangerousGetHandle());
        Assert.True(AppUrl.TryParse("http://127.0.0.1:1", PlainHttp.Loopback, out var nowhere, out var error), error);
        var listener = new PortListener { Address = (IPEndPoint)passed.LocalEndPoint!, Request = new GatewayRequest { App = nowhere, UserAgent = "fastproxy/test" } };
        using var log = new LineLog();
        using var occupied = new OccupiedLoops(descriptor);
        await using var host = await BastionHost.StartAsync(
            new BastionOptions { Listeners = [listener], Sessions = 10 }, new Dictionary<string, int> { [listener.Name] = descriptor }, log, TimeProvider.System, default);

        Assert.Contains($"Accepting on {listener.Address} failed: no epoll watch could be had (error ", await log.ReadAsync("AcceptFailed"), StringComparison.Ordinal);
        Assert.StartsWith($"{listener.Address} accepts no connection: no epoll watch could be had ", await host.WhyNotReadyAsync(default), StringComparison.Ordinal);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.Address);
        Assert.Equal(0, log.Count("BastionSessionRefused"));

        occupied.Dispose();
        await log.ReadAsync("AcceptsAgain");
        Assert.DoesNotContain("accepts no connection", await host.WhyNotReadyAsync(default) ?? "", StringComparison.Ordinal);

        // Its application is nowhere, which says that it was accepted.
        await log.ReadAsync("BastionSessionRefused");
        await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
    }

    [LibraryImport("libc")]
    private static partial int dup(int descriptor);
}
