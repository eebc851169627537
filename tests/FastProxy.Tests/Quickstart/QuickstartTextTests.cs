using System.Diagnostics;
using System.Net;
using FastProxy.Quickstart;
using FastProxy.Storage;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Quickstart;

public sealed class QuickstartTextTests
{
    [Theory]
    [InlineData("/opt/fastproxy", "/var/lib/fastproxy")]
    [InlineData("/home/a b/fastproxy", "/home/a b/.local/share/fastproxy")]
    [InlineData("/x/it's", "/x/\"$HOME\" `id` 100% \\ it's")]
    public async Task What_it_prints_reaches_the_program_as_it_was_meant(string executable, string directory)
    {
        using var temporary = new TemporaryDirectory();
        await using var store = SqliteAccessStore.Open(temporary.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        var setup = new QuickstartSetup(store, directory, TimeProvider.System);
        var certificates = new QuickstartCertificates($"{directory}/ca.pem", $"{directory}/tls.pem", $"{directory}/tls.key");
        var lines = QuickstartText.Ready(executable, new IPEndPoint(IPAddress.Loopback, 8443), "tcp://127.0.0.1:22", certificates, setup, directory)
            .Split('\n', StringSplitOptions.TrimEntries);
        string[] options = ["--hostname", "ssh.localhost:8443", "--ca-file", certificates.AuthorityFile, "--id-file", setup.IdFile, "--secret-file", setup.SecretFile];

        // In ssh's configuration a command is all that follows; ssh makes one per cent sign of two and gives the rest to a shell.
        var command = Only(lines, "ProxyCommand ")["ProxyCommand ".Length..];
        await AssertWordsAsync([executable, "access", "ssh", .. options], command.Replace("%%", "%", StringComparison.Ordinal));

        var pasted = await WordsAsync(Only(lines, "ssh -o "));
        Assert.Equal(["ssh", "-o", $"ProxyCommand={command}"], pasted.Take(3));

        await AssertWordsAsync(
            [executable, "access", "tcp", .. options, "--url", "127.0.0.1:2222"],
            Assert.Single(lines, line => line.Contains(" access tcp ", StringComparison.Ordinal)));
        await AssertWordsAsync([executable, "token", "list"], Assert.Single(lines, line => line.EndsWith(" token list", StringComparison.Ordinal)));
        await AssertWordsAsync(["export", $"FASTPROXY_API=unix:{directory}/admin.sock"], Only(lines, "export "));
    }

    private static async Task AssertWordsAsync(string[] expected, string command) => Assert.Equal(expected, await WordsAsync(command));

    private static string Only(string[] lines, string start) => Assert.Single(lines, line => line.StartsWith(start, StringComparison.Ordinal));

    /// <summary>The words a shell makes of a command.</summary>
    private static async Task<string[]> WordsAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"printf '%s\\n' {command}"]) { RedirectStandardOutput = true })!;
        var words = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
        return words.TrimEnd('\n').Split('\n');
    }
}
