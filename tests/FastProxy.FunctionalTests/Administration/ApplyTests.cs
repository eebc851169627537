using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Administration;

/// <summary><c>fastproxy apply</c> of the published binary.</summary>
public sealed class ApplyTests : IDisposable
{
    private const string Host = "applied.test.localhost";

    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        _limit.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task AFileIsShownAppliedAndCarriesSessionsUntilItTakesThemBack()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.Cli.CreateTokenAsync("ci");
        var file = Write("ci", $"tcp://127.0.0.1:{origin.Port}");

        var shown = await gateway.Cli.RunAsync("apply", "-f", file, "--dry-run");
        Assert.EndsWith("3 changes to make; nothing is written.\n", shown.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', shown.OutputText);
        Assert.Empty((await gateway.Cli.JsonAsync("app", "list")).EnumerateArray());

        var applied = await gateway.Cli.RunAsync("apply", "-f", file);
        Assert.Equal(
            $"""
            + group machines: include service-token:ci
            + application applied: domain {Host}; origin tcp://127.0.0.1:{origin.Port}
            + policy applied/machines: decision non_identity; precedence 1; include group:machines
            3 changes made.

            """,
            applied.OutputText);
        var before = (await gateway.Cli.JsonAsync("app", "show", "applied")).GetRawText();

        // Again: nothing to do, and nothing of it moves.
        Assert.Equal("Nothing to change.\n", (await gateway.Cli.RunAsync("apply", "-f", file)).OutputText);
        Assert.Equal(before, (await gateway.Cli.JsonAsync("app", "show", "applied")).GetRawText());

        // A session that is alive when the group no longer admits its token ends.
        await using var client = await AccessListener.StartAsync(gateway, Host, token);
        using var socket = await client.ConnectAsync(_limit.Token);
        var buffer = new byte[5];
        await socket.SendAllAsync("hello"u8.ToArray(), _limit.Token);
        Assert.Equal(5, await socket.ReceiveAsync(buffer, _limit.Token));
        await gateway.Cli.CreateTokenAsync("other");
        var taken = await gateway.Cli.RunAsync("apply", "-f", Write("other", $"tcp://127.0.0.1:{origin.Port}"));
        Assert.StartsWith("~ group machines: include +service-token:other -service-token:ci\n", taken.OutputText, StringComparison.Ordinal);
        Assert.True(await EndsAsync(socket, _limit.Token));
    }

    [Fact]
    public async Task AFailureHalfWayLeavesNothing()
    {
        await using var gateway = await GatewayProcess.StartAsync();
        await gateway.Cli.CreateTokenAsync("ci");
        var good = Write("ci", "tcp://127.0.0.1:1");

        // The last application takes the domain of the first.
        var clash = _directory.Write("clash.yaml", await File.ReadAllTextAsync(good) + $"  - {{ name: thief, domain: {Host} }}\n");
        var refused = await gateway.Cli.TryAsync("apply", "-f", clash);
        Assert.Equal(2, refused.ExitCode);
        Assert.Matches($@"^fastproxy: {clash}:\d+:5: the application '\w+': the domain '{Host}' belongs to the application '\w+'\n$", refused.ErrorText);

        // A token that is misspelled, found at its line and column.
        var wrong = await gateway.Cli.TryAsync("apply", "-f", Write("cj", "tcp://127.0.0.1:1"));
        Assert.Equal((2, $"fastproxy: {good}:4:9: there is no service token 'cj', did you mean 'ci'?\n"), (wrong.ExitCode, wrong.ErrorText));

        Assert.Empty((await gateway.Cli.JsonAsync("group", "list")).EnumerateArray());
        Assert.Empty((await gateway.Cli.JsonAsync("app", "list")).EnumerateArray());

        var absent = await PublishedBinary.RunAsync(["apply", "-f", good, "--api", $"unix:{_directory["nowhere.sock"]}"]);
        Assert.Equal(1, absent.ExitCode);
    }

    // With a FIN or a reset.
    private static async Task<bool> EndsAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], cancellationToken) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private string Write(string token, string origin) => _directory.Write(
        "access.yaml",
        $$"""
        groups:
          - name: machines
            include:
              - service_token: { token_id: {{token}} }
        applications:
          - name: applied
            domain: {{Host}}
            origin: {{origin}}
            policies:
              - { name: machines, decision: non_identity, include: [{ group: { id: machines } }] }

        """);
}
