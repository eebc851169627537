using System.Net.Sockets;
using System.Text;

namespace FastProxy.Tests.Transport.Listening;

public sealed class UseSessionsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_session_outlives_its_request_and_everything_that_served_it()
    {
        await using var server = await UpgradingServer.StartAsync(connections: 10);
        using var client = await UpgradeAsync(server);
        await EchoAsync(client, "once");
        using var patience = new CancellationTokenSource(s_patience);
        while (server.Request!.IsAlive && !patience.IsCancellationRequested)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        Assert.False(server.Request.IsAlive, "the session holds its request");
        await EchoAsync(client, "again");
    }

    [Fact]
    public async Task Bytes_behind_the_request_belong_to_the_session()
    {
        await using var server = await UpgradingServer.StartAsync(connections: 10);
        using var client = await ConnectAsync(server, "early");
        await ReadHeadAsync(client);
        Assert.Equal("early", await ReadAsync(client, 5));
        await EchoAsync(client, "late");
    }

    [Fact]
    public async Task A_connection_keeps_its_place_until_its_session_is_over()
    {
        await using var server = await UpgradingServer.StartAsync(connections: 1);
        using var first = await UpgradeAsync(server);

        // The kernel's backlog takes the second one; nobody answers it while the only place is taken.
        using var second = await ConnectAsync(server);
        await EchoAsync(first, "still the only one");
        Assert.Equal(0, second.Available);
        first.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await first.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
        await ReadHeadAsync(second);
        await EchoAsync(second, "next");
    }

    [Fact]
    public async Task Stopping_waits_for_sessions_whose_request_has_ended()
    {
        await using var server = await UpgradingServer.StartAsync(connections: 10);
        using var client = await UpgradeAsync(server);
        await EchoAsync(client, "x");
        var stopping = server.StopAsync(CancellationToken.None);
        await EchoAsync(client, "y");
        Assert.False(stopping.IsCompleted);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
        await stopping.WaitAsync(s_patience);
    }

    [Fact]
    public async Task Aborting_resets_sessions_whose_request_has_ended()
    {
        await using var server = await UpgradingServer.StartAsync(connections: 10);
        using var client = await UpgradeAsync(server);
        await EchoAsync(client, "x");
        using var abort = new CancellationTokenSource();
        var stopping = server.StopAsync(abort.Token);
        await abort.CancelAsync();
        var lost = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
        Assert.Equal(SocketError.ConnectionReset, lost.SocketErrorCode);
        await stopping.WaitAsync(s_patience);
    }

    private static async Task<Socket> UpgradeAsync(UpgradingServer server)
    {
        var socket = await ConnectAsync(server);
        await ReadHeadAsync(socket);
        return socket;
    }

    private static async Task<Socket> ConnectAsync(UpgradingServer server, string behind = "")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address);
        await socket.SendAsync(Encoding.Latin1.GetBytes($"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n{behind}"));
        return socket;
    }

    private static async Task ReadHeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append(await ReadAsync(socket, 1));
        }

        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
    }

    private static async Task EchoAsync(Socket socket, string text)
    {
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        Assert.Equal(text, await ReadAsync(socket, text.Length));
    }

    private static async Task<string> ReadAsync(Socket socket, int length)
    {
        var received = new byte[length];
        for (var count = 0; count < length;)
        {
            var more = await socket.ReceiveAsync(received.AsMemory(count)).AsTask().WaitAsync(s_patience);
            Assert.NotEqual(0, more);
            count += more;
        }

        return Encoding.Latin1.GetString(received);
    }
}
