using System.Text.Json;
using FastProxy.Cli;
using FastProxy.Tests.Admin;

namespace FastProxy.Tests.Cli;

/// <summary>The verbs, against a real API. They write to the process's console, so they run one after another.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class AdministrationTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    [Fact]
    public async Task A_token_is_created_used_in_a_policy_and_revoked()
    {
        var created = await RunAsync(0, "token", "create", "ci", "--duration", "forever", "--json");
        var token = JsonDocument.Parse(created.Out).RootElement;
        Assert.Equal(64, token.GetProperty("client_secret").GetString()!.Length);
        Assert.Equal("forever", token.GetProperty("duration").GetString());

        await RunAsync(0, "app", "create", "git", "--domain", "git.example.com", "--origin", "ssh://127.0.0.1:22");
        await RunAsync(0, "group", "create", "machines", "--include", "service-token:ci", "ip:10.0.0.0/8");
        var added = await RunAsync(0, "policy", "add", "git.example.com", "p", "--action", "service-auth", "--include", "group:machines");
        Assert.Contains("admits callers without a credential by group:machines", added.Error, StringComparison.Ordinal);
        var strict = await RunAsync(0, "policy", "add", "git", "q", "--action", "service-auth", "--include", "everyone", "--require", "any-service-token");
        Assert.Empty(strict.Error);

        var shown = await RunAsync(0, "app", "show", "git");
        Assert.Contains("service-auth", shown.Out, StringComparison.Ordinal);
        Assert.Contains("group:machines", shown.Out, StringComparison.Ordinal);
        Assert.Contains("service-token:ci, ip:10.0.0.0/8", (await RunAsync(0, "group", "list")).Out, StringComparison.Ordinal);

        var kept = await RunAsync(0, "token", "revoke", "ci");
        Assert.Contains("machines", kept.Out, StringComparison.Ordinal);
        Assert.Contains("disabled", (await RunAsync(0, "token", "list")).Out, StringComparison.Ordinal);
        await RunAsync(0, "group", "update", "machines", "--include", "ip:10.0.0.0/8");
        Assert.Contains("deleted", (await RunAsync(0, "token", "revoke", token.GetProperty("client_id").GetString()!)).Out, StringComparison.Ordinal);

        await RunAsync(0, "policy", "remove", "git", "p");
        var policies = JsonDocument.Parse((await RunAsync(0, "policy", "list", "git", "--json")).Out).RootElement;
        Assert.Equal("q", Assert.Single(policies.EnumerateArray()).GetProperty("name").GetString());
        await RunAsync(0, "group", "delete", "machines");
        await RunAsync(0, "app", "update", "git", "--origin", "tcp://h:1", "--name", "git2");
        var app = JsonDocument.Parse((await RunAsync(0, "app", "show", "git2", "--json")).Out).RootElement;
        Assert.Equal("tcp://h:1", app.GetProperty("origin").GetString());
        Assert.Equal(1, app.GetProperty("policies").GetArrayLength());
        await RunAsync(0, "app", "delete", "git2");
        Assert.Equal("[]", (await RunAsync(0, "app", "list", "--json")).Out.Trim());
    }

    [Fact]
    public async Task A_decision_is_explained_policy_by_policy_and_rule_by_rule()
    {
        await RunAsync(0, "token", "create", "explained");
        await RunAsync(0, "app", "create", "wiki", "--domain", "wiki.example.com/docs", "--origin", "tcp://127.0.0.1:1");
        await RunAsync(0, "policy", "add", "wiki", "people", "--action", "allow", "--include", "email-domain:example.com", "oidc:team=ops");
        await RunAsync(0, "policy", "add", "wiki", "machines", "--action", "service-auth",
            "--include", "service-token:explained", "common-name:db1", "--require", "country:PT", "--exclude", "ip:10.9.0.0/16");

        var refused = (await RunAsync(0, "policy", "explain", "--app", "wiki.example.com/docs/x", "--token", "explained", "--ip", "10.1.1.1")).Out;
        Assert.Equal(
            """
            wiki.example.com/docs/x leads to the application 'wiki'.

            2. machines (service-auth): does not match: something it asks for is not known
                 include  service-token:explained                   yes
                 include  common-name:db1                           not known
                 require  country:PT                                not known
                 exclude  ip:10.9.0.0/16                            no
            1. people (allow): does not match
                 include  email-domain:example.com                  no
                 include  oidc:team=ops                             no

            Refused: no policy matches.

            """,
            refused);
        var admitted = await RunAsync(0, "policy", "explain", "--app", "wiki.example.com/docs", "--token", "explained", "--ip", "10.1.1.1", "--country", "PT");
        Assert.Contains("Admitted by 'machines'.", admitted.Out, StringComparison.Ordinal);
        Assert.Contains("1. people (allow): not asked", admitted.Out, StringComparison.Ordinal);
        var person = await RunAsync(0, "policy", "explain", "--app", "wiki.example.com/docs", "--email", "ann@example.com", "--json");
        Assert.True(JsonDocument.Parse(person.Out).RootElement.GetProperty("admitted").GetBoolean());

        Assert.Contains("no application is reached at wiki.example.com", (await RunAsync(1, "policy", "explain", "--app", "wiki.example.com")).Error, StringComparison.Ordinal);
        Assert.Contains("'Spain' is no country", (await RunAsync(1, "policy", "explain", "--app", "wiki.example.com/docs", "--country", "Spain")).Error, StringComparison.Ordinal);
        await RunAsync(0, "token", "disable", "explained");
        var off = await RunAsync(1, "policy", "explain", "--app", "wiki.example.com/docs", "--token", "explained");
        Assert.Contains("is switched off: it is refused before any policy is asked", off.Error, StringComparison.Ordinal);
        await RunAsync(0, "app", "delete", "wiki");
    }

    [Fact]
    public async Task People_see_the_secret_once_with_the_next_step()
    {
        var created = await RunAsync(0, "token", "create", "for people");

        Assert.Matches("Client ID: +[0-9a-f]{32}\\.access\n", created.Out);
        Assert.Matches("Client Secret: +[0-9a-f]{64}\n", created.Out);
        Assert.Contains("--include 'service-token:for people'", created.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", (await RunAsync(0, "token", "show", "for people")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_switched_off_and_on()
    {
        await RunAsync(0, "token", "create", "switch");
        await RunAsync(0, "token", "disable", "switch");
        Assert.Contains("disabled", (await RunAsync(0, "token", "show", "switch")).Out, StringComparison.Ordinal);
        await RunAsync(0, "token", "enable", "switch");
        Assert.Contains("enabled", (await RunAsync(0, "token", "show", "switch")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_are_one_line_and_exit_1()
    {
        await RunAsync(0, "token", "create", "twice");
        var twice = await RunAsync(1, "token", "create", "twice");
        Assert.StartsWith("fastproxy: token create: ", twice.Error, StringComparison.Ordinal);
        Assert.Single(twice.Error.Trim().Split('\n'));

        Assert.StartsWith("fastproxy: token show: there is no token 'nobody'", (await RunAsync(1, "token", "show", "nobody")).Error, StringComparison.Ordinal);
        var rule = await RunAsync(1, "group", "create", "g", "--include", "moon:full");
        Assert.StartsWith("fastproxy: group create: 'moon:full' is no rule; these are: ", rule.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_does_not_run_is_said_so()
    {
        var (code, _, error) = await Terminal.RunAsync("token", "list", "--api", "unix:/nowhere/admin.sock");

        Assert.Equal(1, code);
        Assert.StartsWith("fastproxy: cannot reach the admin socket /nowhere/admin.sock: is the gateway running?\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clear_connection_to_another_machine_is_refused()
    {
        var (code, _, error) = await Terminal.RunAsync("token", "list", "--api", "http://192.0.2.1:9443");

        Assert.Equal(2, code);
        Assert.Contains("in the clear", error, StringComparison.Ordinal);
    }

    private async Task<(string Out, string Error)> RunAsync(int expected, params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync([.. args, "--api", $"unix:{admin.SocketPath}"]);
        Assert.True(code == expected, $"exit {code}: {error}");
        return (output, error);
    }
}
