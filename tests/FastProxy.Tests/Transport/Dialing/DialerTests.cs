using System.Net;
using System.Net.Sockets;
using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Transport.Dialing;

public sealed class DialerTests
{
    private static readonly DialerOptions s_patient = new() { ConnectTimeout = TimeSpan.FromSeconds(60), AttemptDelay = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task Connects_with_keep_alive_on_and_nagle_off()
    {
        using var listener = Listen(IPAddress.Loopback);

        using var socket = (await Dial(NoDns, "127.0.0.1", PortOf(listener))).Socket;

        Assert.NotNull(socket);
        Assert.True(socket.NoDelay);
        Assert.Equal(1, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(25, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(12, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Assert.Equal(2, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
    }

    [Fact]
    public async Task Connects_with_an_interval_that_is_too_long_for_the_kernel()
    {
        using var listener = Listen(IPAddress.Loopback);
        var dialer = new Dialer(s_patient with { KeepAlive = TimeSpan.FromDays(1) }, TimeProvider.System);

        using var socket = (await dialer.DialAsync(DialTarget.Tcp("127.0.0.1", PortOf(listener)), CancellationToken.None)).Socket;

        Assert.Equal(32767, socket!.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("git.localhost")]
    public async Task Localhost_names_never_ask_a_name_server(string host)
    {
        using var listener = Listen(IPAddress.Loopback);

        using var socket = (await Dial(NoDns, host, PortOf(listener))).Socket;

        Assert.NotNull(socket);
    }

    [Fact]
    public async Task A_silent_first_address_costs_a_head_start_only()
    {
        using var hole = new BlackHole();
        using var listener = Listen(IPAddress.Parse("127.0.0.3"), hole.Port);

        using var socket = (await Dial(Names(hole.Address, IPAddress.Parse("127.0.0.3")), "app.test", hole.Port)).Socket;

        Assert.Equal("127.0.0.3", ((IPEndPoint)socket!.RemoteEndPoint!).Address.ToString());
    }

    [Fact]
    public async Task A_refused_first_address_falls_through_at_once()
    {
        using var listener = Listen(IPAddress.Parse("127.0.0.3"));
        var dialer = new Dialer(s_patient with { AttemptDelay = TimeSpan.FromMinutes(5) }, TimeProvider.System, Names(IPAddress.Parse("127.0.0.4"), IPAddress.Parse("127.0.0.3")));

        using var socket = (await dialer.DialAsync(DialTarget.Tcp("app.test", PortOf(listener)), CancellationToken.None)).Socket;

        Assert.NotNull(socket);
    }

    [Fact]
    public async Task A_refusal_names_host_address_and_cause()
    {
        // Bound and never listening: whoever connects is refused, and nobody else can take the port.
        using var dead = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = PortOf(dead);
        var result = await Dial(Names(IPAddress.Loopback), "app.test", port);

        Assert.Equal(DialError.Refused, result.Error);
        Assert.Equal($"cannot connect to app.test:{port} (127.0.0.1:{port}): connection refused", result.Message);
    }

    [Fact]
    public async Task Silence_ends_with_the_time_out()
    {
        using var hole = new BlackHole();
        var dialer = new Dialer(s_patient with { ConnectTimeout = TimeSpan.FromMilliseconds(80) }, TimeProvider.System);

        var result = await dialer.DialAsync(DialTarget.Tcp(hole.Address.ToString(), hole.Port), CancellationToken.None);

        Assert.Equal(DialError.TimedOut, result.Error);
        Assert.Equal($"cannot connect to 127.0.0.2:{hole.Port}: no answer within 0.08 s", result.Message);
    }

    [Fact]
    public async Task Cancellation_is_a_value_of_its_own()
    {
        using var hole = new BlackHole();
        using var cancellation = new CancellationTokenSource();
        var dialing = new Dialer(s_patient, TimeProvider.System).DialAsync(DialTarget.Tcp(hole.Address.ToString(), hole.Port), cancellation.Token);

        await cancellation.CancelAsync();

        Assert.Equal(DialError.Cancelled, (await dialing).Error);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "cannot resolve app.test: no such name")]
    [InlineData(SocketError.TryAgain, "cannot resolve app.test: the name server did not answer")]
    public async Task A_name_that_does_not_resolve_says_so(SocketError error, string message)
    {
        var result = await Dial((_, _) => throw new SocketException((int)error), "app.test", 22);

        Assert.Equal((DialError.NameNotFound, message), (result.Error, result.Message));
    }

    [Fact]
    public async Task A_name_server_that_hangs_is_bounded_by_the_same_time_out()
    {
        var dialer = new Dialer(
            s_patient with { ConnectTimeout = TimeSpan.FromMilliseconds(50) },
            TimeProvider.System,
            async (_, token) => { await Task.Delay(Timeout.Infinite, token); return []; });

        Assert.Equal(DialError.TimedOut, (await dialer.DialAsync(DialTarget.Tcp("app.test", 22), CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Connects_to_a_unix_socket_and_tells_a_missing_one()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var dialer = new Dialer(s_patient, TimeProvider.System);

        var missing = await dialer.DialAsync(DialTarget.Unix(path), CancellationToken.None);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var socket = (await dialer.DialAsync(DialTarget.Unix(path), CancellationToken.None)).Socket;
        File.Delete(path);

        Assert.Equal($"cannot connect to unix:{path}: no such socket", missing.Message);
        Assert.NotNull(socket);
    }

    private static Task<IPAddress[]> NoDns(string host, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("the name server was asked for " + host);

    private static Func<string, CancellationToken, Task<IPAddress[]>> Names(params IPAddress[] addresses) => (_, _) => Task.FromResult(addresses);

    private static async Task<DialResult> Dial(Func<string, CancellationToken, Task<IPAddress[]>> resolve, string host, int port) =>
        await new Dialer(s_patient, TimeProvider.System, resolve).DialAsync(DialTarget.Tcp(host, port), CancellationToken.None);

    private static Socket Listen(IPAddress address, int port = 0)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
