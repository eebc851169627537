using System.Net;
using System.Net.Sockets;
using FastProxy.Admin.Hosting;
using FastProxy.Quickstart;
using FastProxy.Tests.Cli;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Quickstart;

/// <summary>What a quickstart that fails leaves behind: nothing that was not there before it.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class QuickstartTracesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TcpListener _taken = new(IPAddress.Loopback, 0);

    public QuickstartTracesTests() => _taken.Start();

    public void Dispose()
    {
        _taken.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_directory_that_it_made_is_gone_with_those_above_it()
    {
        var data = Path.Combine(_directory.Root, "share", "fastproxy");

        await FailAsync(data);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Root));
    }

    [Fact]
    public async Task A_directory_that_was_there_is_as_it_was()
    {
        var data = Directory.CreateDirectory(_directory.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "notes"), "mine");
        await File.WriteAllTextAsync(Path.Combine(data, "client-id"), "mine");

        await FailAsync(data);

        Assert.Equal(["client-id", "notes"], Directory.EnumerateFileSystemEntries(data).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(data, "client-id")));
    }

    [Fact]
    public void What_another_process_serves_meanwhile_is_its_own()
    {
        var traces = QuickstartTraces.Before(_directory.Data);
        Directory.CreateDirectory(_directory.Data);
        File.WriteAllText(Path.Combine(_directory.Data, "tls.key"), "theirs");
        using (DirectoryLock.Take(_directory.Data))
        {
            traces.Remove();
            Assert.True(File.Exists(Path.Combine(_directory.Data, "tls.key")));
        }

        traces.Remove();
        Assert.False(Directory.Exists(_directory.Data));
    }

    [Fact]
    public void A_file_that_no_gateway_makes_keeps_the_directory()
    {
        var traces = QuickstartTraces.Before(_directory.Data);
        Directory.CreateDirectory(_directory.Data);
        File.WriteAllText(Path.Combine(_directory.Data, "tls.key"), "");
        File.WriteAllText(Path.Combine(_directory.Data, "notes"), "");

        traces.Remove();

        Assert.Equal("notes", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(_directory.Data))));
    }

    private async Task FailAsync(string data)
    {
        var (code, output, error) = await Terminal.RunAsync("quickstart", "--data-dir", data, "--listen", _taken.LocalEndpoint.ToString()!);
        Assert.True(code == 1, output + error);
        Assert.Contains("is in use by another process", error, StringComparison.Ordinal);
    }
}
