using System.Net.Sockets;
using FastProxy.Access.Stores;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Admin;

public sealed class AdminSocketTests : IAsyncLifetime
{
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("fastproxy-socket-").FullName;
    private SqliteAccessStore? _store;

    public Task InitializeAsync()
    {
        _store = SqliteAccessStore.Open(_directory, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store!.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Only_the_owner_may_open_the_socket_and_its_directory()
    {
        await using var server = Server();
        await server.StartAsync(CancellationToken.None);

        Assert.Equal(OwnerReadWrite, File.GetUnixFileMode(server.SocketPath));
        Assert.Equal(OwnerReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory));
    }

    [Fact]
    public async Task The_socket_is_gone_after_the_stop_and_the_directory_free_for_another()
    {
        await using (var first = Server())
        {
            await first.StartAsync(CancellationToken.None);
            await first.StopAsync(CancellationToken.None);
            Assert.False(File.Exists(first.SocketPath));
        }
        await using var second = Server();
        await second.StartAsync(CancellationToken.None);

        Assert.True(File.Exists(second.SocketPath));
    }

    [Fact]
    public async Task A_socket_that_a_dead_process_left_is_replaced()
    {
        var path = Path.Combine(_directory, AdminServer.SocketName);
        File.WriteAllText(path, "");
        await using var server = Server();
        await server.StartAsync(CancellationToken.None);

        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        Assert.True(client.Connected);
    }

    [Fact]
    public async Task A_live_one_is_refused_and_goes_on()
    {
        await using var live = Server();
        await live.StartAsync(CancellationToken.None);
        await using var second = Server();

        var error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(CancellationToken.None));

        Assert.Contains("another gateway is serving", error.Message, StringComparison.Ordinal);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(live.SocketPath));
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_is_named()
    {
        var deep = Path.Combine(_directory, new string('d', 110));
        await using var server = new AdminServer(deep, _store!, NullLoggerFactory.Instance, TimeProvider.System);

        var error = await Assert.ThrowsAsync<IOException>(() => server.StartAsync(CancellationToken.None));

        Assert.Contains("longer than the 107 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_others_is_refused_and_left_alone()
    {
        var shared = Path.Combine(_directory, "shared");
        Directory.CreateDirectory(shared);
        File.WriteAllText(Path.Combine(shared, "other"), "");
        var mode = OwnerReadWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(shared, mode);

        Assert.Contains("open to other users", PrivateDirectory.Prepare(shared), StringComparison.Ordinal);
        Assert.Equal(mode, File.GetUnixFileMode(shared));
    }

    [Fact]
    public void A_directory_of_another_user_is_refused_whatever_its_mode()
    {
        // Only root can give a directory away; to anybody else /usr is another's.
        var foreign = "/usr";
        if (Environment.IsPrivilegedProcess)
        {
            foreign = Path.Combine(_directory, "foreign");
            Directory.CreateDirectory(foreign, OwnerReadWrite | UnixFileMode.UserExecute);
            using var chown = System.Diagnostics.Process.Start("chown", ["65534", foreign]);
            chown.WaitForExit();
            Assert.Equal(0, chown.ExitCode);
        }

        Assert.Contains("belongs to the user with id", PrivateDirectory.Prepare(foreign), StringComparison.Ordinal);
        Assert.Null(PrivateDirectory.Prepare(_directory));
    }

    private AdminServer Server() => new(_directory, _store!, NullLoggerFactory.Instance, TimeProvider.System);
}
