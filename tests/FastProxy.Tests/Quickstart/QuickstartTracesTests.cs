using System.Net;
using System.Net.Sockets;
using FastProxy.Admin.Hosting;
using FastProxy.Cli;
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

    [Fact]
    public void The_log_of_a_database_that_was_there_is_left_with_it()
    {
        Directory.CreateDirectory(_directory.Data);
        File.WriteAllText(Path.Combine(_directory.Data, "access.db"), "theirs");
        var traces = QuickstartTraces.Before(_directory.Data);
        File.WriteAllText(Path.Combine(_directory.Data, "access.db-wal"), "what was committed and not yet moved");
        File.WriteAllText(Path.Combine(_directory.Data, "decisions.db-wal"), "");

        traces.Remove();

        Assert.Equal(["access.db", "access.db-wal"], Directory.EnumerateFileSystemEntries(_directory.Data).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failure_after_it_was_ready_takes_nothing_back()
    {
        int nobody;
        using (var closed = new TcpListener(IPAddress.Loopback, 0))
        {
            closed.Start();
            nobody = ((IPEndPoint)closed.LocalEndpoint).Port;
        }

        // The first thing that it says once it is ready is that nothing answers at the origin.
        var (oldOut, oldError) = (Console.Out, Console.Error);
        using var output = new StringWriter();
        await using var error = new FailingWriter("sessions will be refused");
        Console.SetOut(output);
        Console.SetError(error);
        try
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => CommandLine.RunAsync(
                ["quickstart", "--data-dir", _directory.Data, "--listen", "127.0.0.1:0", "--origin", $"127.0.0.1:{nobody}"], CancellationToken.None));
        }
        finally
        {
            Console.SetOut(oldOut);
            Console.SetError(oldError);
        }

        Assert.Contains(Path.Combine(_directory.Data, "client-secret"), output.ToString(), StringComparison.Ordinal);
        Assert.All(
            ["access.db", "ca.pem", "client-id", "client-secret", "decisions.db", "tls.key"],
            name => Assert.True(File.Exists(Path.Combine(_directory.Data, name)), name));
    }

    /// <summary>Fails in a way that nobody expects, at a line with a given text in it.</summary>
    private sealed class FailingWriter(string text) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value?.Contains(text, StringComparison.Ordinal) == true)
            {
                throw new InvalidOperationException(value);
            }

            base.WriteLine(value);
        }
    }

    private async Task FailAsync(string data)
    {
        var (code, output, error) = await Terminal.RunAsync("quickstart", "--data-dir", data, "--listen", _taken.LocalEndpoint.ToString()!);
        Assert.True(code == 1, output + error);
        Assert.Contains("is in use by another process", error, StringComparison.Ordinal);
    }
}
