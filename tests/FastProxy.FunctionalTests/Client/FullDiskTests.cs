using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Client;

/// <summary>Standard output that cannot be written, as on a disk without room: what is there must not look like all of it.</summary>
public sealed class FullDiskTests
{
    private const string Host = "dump.test.localhost";
    private const string Line = "fastproxy: cannot write to standard output: no space left on device\n";

    [Fact]
    public async Task ASessionThatLostItsOutputFails()
    {
        await using var gateway = await GatewayProcess.StartAsync();
        await using var origin = new SourcePeer(new SeededBytes(1), 3_000_000);
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await BastionProcess.StartAsync(
            gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"]);

        foreach (var arguments in (IReadOnlyList<string>[])[gateway.AccessArguments("tcp", Host, token), ["connect", "--agent", bastion.Socket, Host]])
        {
            var result = await OnFullDiskAsync([.. arguments]);
            Assert.Equal(1, result.ExitCode);
            Assert.EndsWith(Line, result.ErrorText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AReaderThatWentAwayIsNoFailure()
    {
        await using var gateway = await GatewayProcess.StartAsync();
        await using var origin = new SourcePeer(new SeededBytes(1), 3_000_000);
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        var result = await RunningProgram.RunAsync(
            "sh", ["-c", "{ \"$@\" </dev/null; echo $? >&2; } | head -c 1 >/dev/null", "sh", PublishedBinary.Path, .. gateway.AccessArguments("tcp", Host, token)]);
        Assert.EndsWith("\n0\n", "\n" + result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot write", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("token", "create", "--help")]
    [InlineData("access", "ssh-config", "--hostname", "h.example.com")]
    public async Task ACommandThatPrintsFails(params string[] arguments)
    {
        var result = await OnFullDiskAsync(arguments);
        Assert.Equal((1, Line), (result.ExitCode, result.ErrorText));
    }

    [Fact]
    public async Task WhereNothingCanBeSaidTheExitCodeTells()
    {
        var result = await RunningProgram.RunAsync("sh", ["-c", "exec \"$@\" >/dev/full 2>/dev/full", "sh", PublishedBinary.Path, "version"]);
        Assert.Equal(1, result.ExitCode);
    }

    private static Task<ProgramResult> OnFullDiskAsync(string[] arguments) =>
        RunningProgram.RunAsync("sh", ["-c", "exec \"$@\" </dev/null >/dev/full", "sh", PublishedBinary.Path, .. arguments]);
}
