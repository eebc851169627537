using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
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
    public void Know_more_groups_than_most_users_have()
    {
        using var path = new SocketPath();
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(path.Value));
        listening.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var most = Enumerable.Range(70_000, 1000).Select(group => (uint)group).ToArray();
        uint[] groups = [];
        var thread = new Thread(() =>
        {
            // To the kernel groups are a thread's own. Who may not change them tries it with those there are.
            var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 159 : 116;
            groups = Native.syscall(number, most.Length, most) == 0 ? most : [];
            client.Connect(new UnixDomainSocketEndPoint(path.Value));
        });
        thread.Start();
        thread.Join();
        using var accepted = listening.Accept();
        Assert.Equal(UserBastion.Me == 0 ? most : groups, PeerCredentials.Of(accepted).Groups.Intersect(most));
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

    private static class Native
    {
        [DllImport("libc")]
        public static extern long syscall(long number, long count, uint[] groups);
    }
}
