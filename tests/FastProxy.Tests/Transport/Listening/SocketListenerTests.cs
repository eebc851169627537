using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Transport.Listening;

public sealed partial class SocketListenerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_listener_that_nobody_comes_to_takes_no_place_from_another()
    {
        using var admission = new ConnectionAdmission(1, 1);
        var factory = new SocketListenerFactory(admission, TimeSpan.FromSeconds(25), NullLoggerFactory.Instance, TimeProvider.System);
        await using var lonely = await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        await using var busy = await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var waiting = lonely.AcceptAsync().AsTask();
        for (var i = 0; i < 3; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(busy.EndPoint);
            await using var accepted = await busy.AcceptAsync().AsTask().WaitAsync(s_patience);
            Assert.NotNull(accepted);
        }

        Assert.False(waiting.IsCompleted);
        await lonely.UnbindAsync();
        Assert.Null(await waiting.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Accepts_that_fail_never_look_like_nobody()
    {
        // A socket that does not listen: every accept fails, and the kernel says at once that there is something to try.
        using var socket = new LoopSocket(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)) { IsShared = true };
        Assert.Equal(0, socket.Watch());
        await Eventually.IsTrueAsync(() => socket.MayHaveData);
        for (var i = 0; i < 40; i++)
        {
            Assert.True(socket.TryAccept(out var accepted, out var error), $"try {i} said that nobody is there");
            Assert.Null(accepted);
            Assert.NotEqual(SocketError.Success, error);
        }
    }

    [Fact]
    public async Task Closing_in_the_middle_of_an_accept_leaves_whoever_shares_the_socket_alone()
    {
        using var directory = new TemporaryDirectory();
        for (var round = 0; round < 100; round++)
        {
            var path = Path.Combine(directory.Root, $"{round}.sock");
            using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listening.Bind(new UnixDomainSocketEndPoint(path));
            listening.Listen(64);
            using var theirs = new Socket(new SafeSocketHandle(dup((int)listening.SafeHandle.DangerousGetHandle()), ownsHandle: true));
            var ours = new LoopSocket(listening) { IsShared = true };
            Assert.Equal(0, ours.Watch());
            var clients = new List<Socket>();
            for (var i = 0; i < 16; i++)
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
                clients.Add(client);
            }

            await Eventually.IsTrueAsync(() => ours.MayHaveData);
            using var begun = new SemaphoreSlim(0);
            var accepting = Task.Run(() =>
            {
                while (ours.TryAccept(out var accepted, out _) && accepted is not null)
                {
                    accepted.Dispose();
                    begun.Release();
                }
            });
            await begun.WaitAsync(s_patience);
            ours.Dispose();
            await accepting.WaitAsync(s_patience);
            Assert.Equal(1, theirs.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection));
            clients.ForEach(client => client.Dispose());
        }
    }

    [LibraryImport("libc")]
    private static partial int dup(int descriptor);
}
