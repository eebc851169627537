using System.Globalization;
using System.Net.Sockets;
using FastProxy.Client.Bastion;

namespace FastProxy.Tests.Client.Bastion;

public sealed class PeerCredentialsTests
{
    [Fact]
    public void Are_this_process_own_where_it_connects_to_itself()
    {
        using var path = new SocketPath();
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(path.Value));
        listening.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path.Value));
        using var accepted = listening.Accept();

        var peer = PeerCredentials.Of(accepted);

        var status = File.ReadLines("/proc/self/status").Select(line => line.Split((char[])['\t', ' ', ':'], StringSplitOptions.RemoveEmptyEntries)).ToDictionary(f => f[0], f => f[1..]);
        Assert.Equal(Environment.ProcessId, peer.ProcessId);
        Assert.Equal(status["Uid"][1], peer.UserId.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(status["Gid"][1], peer.GroupId.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(status["Groups"], peer.Groups.Select(group => group.ToString(CultureInfo.InvariantCulture)));
        Assert.False(peer.IsUnmapped);
    }

    [Fact]
    public async Task A_socket_without_a_peer_that_the_kernel_knows_is_refused()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listening.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listening.LocalEndPoint!);
        using var accepted = await listening.AcceptAsync();

        Assert.Throws<SocketException>(() => PeerCredentials.Of(accepted));
    }
}
