using System.Net;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Gateway;
using FastProxy.Hosting;
using FastProxy.Storage;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Hosting;

public sealed class GatewayHostTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_gateway_beside_another_touches_nothing_of_the_directory()
    {
        Assert.Null(PrivateDirectory.Prepare(_directory.Data));
        using (DirectoryLock.TryTake(_directory.Data))
        {
            var refused = await Assert.ThrowsAsync<GatewayStartException>(StartAsync);

            Assert.Contains("another gateway is serving", refused.Message, StringComparison.Ordinal);
            Assert.Equal([AdminServer.LockName], Directory.EnumerateFileSystemEntries(_directory.Data).Select(path => Path.GetFileName(path)));
        }

        var host = await StartAsync();
        Assert.True(File.Exists(Path.Combine(_directory.Data, SqliteAccessStore.FileName)));
        Assert.Null(DirectoryLock.TryTake(_directory.Data));
        await host.StopAsync(new CancellationToken(canceled: true));
        using var free = DirectoryLock.TryTake(_directory.Data);
        Assert.NotNull(free);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_one_line_and_no_other_gateway()
    {
        Assert.Null(PrivateDirectory.Prepare(_directory.Data));
        Directory.CreateDirectory(Path.Combine(_directory.Data, AdminServer.LockName));

        var refused = await Assert.ThrowsAsync<GatewayStartException>(StartAsync);

        Assert.Contains(AdminServer.LockName, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another gateway", refused.Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => DirectoryLock.TryTake(_directory.Data));
        Assert.Throws<DirectoryNotFoundException>(() => DirectoryLock.TryTake(Path.Combine(_directory.Root, "nowhere")));
    }

    private Task<GatewayHost> StartAsync() => GatewayHost.StartAsync(
        new GatewayOptions
        {
            DataDirectory = _directory.Data,
            Listeners = [new ListenerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) }],
            Limits = GatewayFixture.Limits,
        },
        NullLoggerFactory.Instance,
        TimeProvider.System,
        CancellationToken.None);
}
