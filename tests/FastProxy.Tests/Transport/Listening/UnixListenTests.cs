using System.Net.Sockets;
using FastProxy.Tests.Client.Bastion;
using FastProxy.Transport.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Transport.Listening;

public sealed class UnixListenTests : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly SocketPath _path = new();
    private readonly ConnectionAdmission _admission = new(10, 10);

    public void Dispose()
    {
        _admission.Dispose();
        _path.Dispose();
    }

    [Fact]
    public async Task Listens_with_the_mode_it_was_given_and_removes_its_file_at_the_end()
    {
        var listener = await BindAsync();
        Assert.Equal(Mode, File.GetUnixFileMode(_path.Value));
        using var client = Connect();
        await using (await listener.AcceptAsync())
        {
            Assert.True(client.Connected);
        }

        await listener.UnbindAsync();
        await listener.DisposeAsync();
        Assert.False(File.Exists(_path.Value));
    }

    [Fact]
    public async Task Takes_over_what_a_dead_process_left()
    {
        LeaveBehind(_path.Value);
        await using var listener = await BindAsync();
        using var client = Connect();
        await using var accepted = await listener.AcceptAsync();
        Assert.NotNull(accepted);
    }

    [Fact]
    public async Task Never_takes_over_what_somebody_listens_on()
    {
        await using var first = await BindAsync();
        await Assert.ThrowsAsync<AddressInUseException>(BindAsync);
        using var client = Connect();
        await using var accepted = await first.AcceptAsync();
        Assert.NotNull(accepted);
    }

    [Fact]
    public async Task Never_takes_over_what_is_not_a_socket()
    {
        await File.WriteAllTextAsync(_path.Value, "precious");
        var exception = await Assert.ThrowsAsync<IOException>(BindAsync);
        Assert.Contains("is not a socket", exception.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_path.Value));
    }

    [Fact]
    public async Task Says_which_directory_is_missing()
    {
        var factory = new SocketListenerFactory(_admission, TimeSpan.FromSeconds(25), NullLoggerFactory.Instance, TimeProvider.System);
        var exception = await Assert.ThrowsAsync<IOException>(async () => await factory.BindAsync(new UnixListenEndPoint("/nonexistent/dir/s", Mode)));
        Assert.Contains("/nonexistent/dir", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_a_socket_that_listens_already_and_leaves_its_file()
    {
        var inherited = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = _path.Value + "2";
        inherited.Bind(new UnixDomainSocketEndPoint(path));
        inherited.Listen();
        var handle = Duplicate(inherited);
        GC.SuppressFinalize(inherited);

        var factory = new SocketListenerFactory(_admission, TimeSpan.FromSeconds(25), NullLoggerFactory.Instance, TimeProvider.System);
        var listener = await factory.BindAsync(new FileHandleEndPoint((ulong)handle, FileHandleType.Auto));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        await using (await listener.AcceptAsync())
        {
            Assert.True(client.Connected);
        }

        await listener.DisposeAsync();
        Assert.True(File.Exists(path));
        inherited.Dispose();
    }

    private static nint Duplicate(Socket socket) => Native.dup((int)socket.SafeHandle.DangerousGetHandle());

    /// <summary>A bound socket whose process is gone: the file without anybody behind it.</summary>
    private static void LeaveBehind(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path + ".tmp"));

        // .NET removes the path it has bound when it closes the socket, and finds this one moved.
        File.Move(path + ".tmp", path);
    }

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(_path.Value));
        return client;
    }

    private Task<IConnectionListener> BindAsync() =>
        new SocketListenerFactory(_admission, TimeSpan.FromSeconds(25), NullLoggerFactory.Instance, TimeProvider.System).BindAsync(new UnixListenEndPoint(_path.Value, Mode)).AsTask();

    private static class Native
    {
        [System.Runtime.InteropServices.DllImport("libc")]
        public static extern int dup(int descriptor);
    }
}
