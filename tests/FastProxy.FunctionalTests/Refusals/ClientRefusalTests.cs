using System.Globalization;
using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Refusals;

/// <summary>What the user of the client sees of a refusal: an exit code, and one line that says why.</summary>
public sealed class ClientRefusalTests(RefusingGateway refusing) : IClassFixture<RefusingGateway>
{
    /// <summary>On a busy machine, but before any time limit that was not set here (10 s) could be what ended it.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(9);

    [Theory]
    [InlineData(Refused.WrongSecret, 3, "token_unknown", false)]
    [InlineData(Refused.WrongSecret, 3, "token_unknown", true)]
    [InlineData(Refused.UnknownId, 3, "token_unknown", false)]
    [InlineData(Refused.Expired, 3, "token_expired", false)]
    [InlineData(Refused.Disabled, 3, "token_disabled", false)]
    [InlineData(Refused.NoCredential, 3, "credentials_missing", false)]
    [InlineData(Refused.OnlyId, 3, "credentials_malformed", false)]
    [InlineData(Refused.OnlySecret, 3, "credentials_malformed", false)]
    [InlineData(Refused.NotAdmitted, 4, "policy_denied", false)]
    [InlineData(Refused.NotAdmitted, 4, "policy_denied", true)]
    [InlineData(Refused.UnknownHost, 4, "app_unknown", false)]
    [InlineData(Refused.DeadOrigin, 5, "origin_refused", false)]
    [InlineData(Refused.DeadOrigin, 5, "origin_refused", true)]
    public async Task EndsWithTheReasonOnOneLine(Refused why, int exitCode, string reason, bool stock)
    {
        var result = await RunAsync(why, stock);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(result.OutputText);
        AssertOneLine(result);
        Assert.Matches($@"\[reason={reason}\] \[request=[0-9a-f]{{16}}\]\n", result.ErrorText);
        Assert.InRange(result.Elapsed, TimeSpan.Zero, s_longest);
    }

    [Fact]
    public async Task TakesLittleTime()
    {
        var milliseconds = new List<double>();
        foreach (var why in new[] { Refused.WrongSecret, Refused.NotAdmitted, Refused.DeadOrigin })
        {
            for (var i = 0; i < 5; i++)
            {
                milliseconds.Add((await RunAsync(why, stock: false)).Elapsed.TotalMilliseconds);
            }
        }

        milliseconds.Sort();
        Figures.Record($"a refusal, from start to exit of the client, median of {milliseconds.Count}", milliseconds[milliseconds.Count / 2], "ms");
        Assert.InRange(milliseconds[milliseconds.Count / 2], 0, 1000);
    }

    [Theory]
    [InlineData("--id", "TUNNEL_SERVICE_TOKEN_ID")]
    [InlineData("--secret", "TUNNEL_SERVICE_TOKEN_SECRET")]
    public async Task HalfACredentialIsAMistakeThatReachesNoGateway(string flag, string variable)
    {
        var half = flag == "--id" ? refusing.Good.Id : refusing.Good.Secret;
        await using var gateway = new SilentPeer();
        string[] arguments = ["access", "tcp", "--hostname", string.Create(CultureInfo.InvariantCulture, $"app.test.localhost:{gateway.Port}")];

        var byVariable = await PublishedBinary.RunAsync(arguments, environment: [new(variable, half)]);
        var byFlag = await PublishedBinary.RunAsync([.. arguments, flag, half]);

        foreach (var result in new[] { byVariable, byFlag })
        {
            Assert.Equal(2, result.ExitCode);
            Assert.Empty(result.OutputText);
            Assert.DoesNotContain(refusing.Good.Secret, result.ErrorText, StringComparison.Ordinal);
        }

        AssertOneLine(byVariable);

        // Whoever had connected before would be counted before this one.
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(gateway.EndPoint);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await gateway.WaitForAcceptedAsync(1, patience.Token);
        Assert.Equal(1, gateway.Accepted);
    }

    [Fact]
    public async Task AServerThatAcceptsAndIsSilentTripsTheTimeOut()
    {
        await using var silent = new SilentPeer();
        var host = string.Create(CultureInfo.InvariantCulture, $"app.test.localhost:{silent.Port}");
        await TimesOutAsync(host, exitCode: 7);
    }

    [Fact]
    public async Task AServerThatIsSilentAfterTlsTripsTheTimeOut()
    {
        await using var silent = new SilentTlsPeer(refusing.Gateway.Certificates.Server);
        var host = string.Create(CultureInfo.InvariantCulture, $"app.test.localhost:{silent.Port}");
        await TimesOutAsync(host, exitCode: 8);
    }

    private async Task TimesOutAsync(string host, int exitCode)
    {
        string[] arguments = ["access", "tcp", "--hostname", host, "--ca-file", refusing.Gateway.Certificates.AuthorityFile, "--connect-timeout", "700ms"];
        var result = await PublishedBinary.RunAsync(arguments, environment: AccessListener.Environment(refusing.Good));

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(result.OutputText);
        AssertOneLine(result);
        Assert.Contains("0.7 s (--connect-timeout)", result.ErrorText, StringComparison.Ordinal);
        Assert.InRange(result.Elapsed, TimeSpan.FromSeconds(0.7), s_longest);
    }

    private Task<ProgramResult> RunAsync(Refused why, bool stock)
    {
        var host = why switch { Refused.UnknownHost => "elsewhere.test.localhost", Refused.DeadOrigin => refusing.DeadHost, _ => refusing.Host };
        var token = why switch
        {
            Refused.WrongSecret => refusing.Good with { Secret = new string('0', 64) },
            Refused.UnknownId => refusing.Good with { Id = new string('0', 32) + ".access" },
            Refused.Expired => refusing.Expired,
            Refused.Disabled => refusing.Disabled,
            Refused.NotAdmitted => refusing.Other,
            Refused.NoCredential or Refused.OnlyId or Refused.OnlySecret => null,
            _ => refusing.Good,
        };

        // The client never sends half a credential of its own; a header given by hand is sent as it is.
        string[] options = why switch
        {
            Refused.OnlyId => ["-H", $"Cf-Access-Client-Id: {refusing.Good.Id}"],
            Refused.OnlySecret => ["-H", $"Cf-Access-Client-Secret: {refusing.Good.Secret}"],
            _ => [],
        };
        var environment = token is null ? [] : AccessListener.Environment(token);
        return PublishedBinary.RunAsync(Arguments(host, stock ? [.. options, "--stock"] : options), environment: environment);
    }

    private string[] Arguments(string host, string[] options) =>
        ["access", "tcp", "--hostname", refusing.Gateway.Address(host), "--ca-file", refusing.Gateway.Certificates.AuthorityFile, .. options];

    private static void AssertOneLine(ProgramResult result)
    {
        Assert.EndsWith("\n", result.ErrorText, StringComparison.Ordinal);
        var lines = result.ErrorText.TrimEnd('\n').Split('\n').Where(line => !line.StartsWith("fastproxy: warning: ", StringComparison.Ordinal)).ToArray();
        Assert.Single(lines, line => line.StartsWith("fastproxy: ", StringComparison.Ordinal));
        Assert.StartsWith("fastproxy: ", lines[0], StringComparison.Ordinal);
        Assert.InRange(lines.Length, 1, 2); // the second one says what to do next
    }
}
