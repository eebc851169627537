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

        var usage = (await RunAsync(0, "token", "show", "ci")).Out;
        Assert.Contains("Admitted to:\n  git (git.example.com) by policy 'p' (group 'machines'), policy 'q' (any service token)\n", usage, StringComparison.Ordinal);
        Assert.Contains("group 'machines' (by name)", usage, StringComparison.Ordinal);
        var kept = await RunAsync(0, "token", "revoke", "ci");
        Assert.Contains("It stays, disabled", kept.Out, StringComparison.Ordinal);
        Assert.Contains("It was admitted to:\n  git (git.example.com) by policy 'p' (group 'machines'), policy 'q' (any service token)\n", kept.Out, StringComparison.Ordinal);
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
        Assert.DoesNotContain("git2", (await RunAsync(0, "app", "list", "--json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_name_what_they_are_about()
    {
        var list = (await admin.DoAsync("POST", "/client/v4/accounts/0123456789abcdef0123456789abcdef/gateway/lists", """{"name":"offices","type":"IP","items":[{"value":"10.1.0.0/16"}]}""")).GetProperty("id");
        var people = (await admin.DoAsync("POST", "/client/v4/accounts/0123456789abcdef0123456789abcdef/gateway/lists", """{"name":"team","type":"EMAIL","items":[{"value":"a@example.com"}]}""")).GetProperty("id");
        var other = (await admin.DoAsync("POST", "apps", """{"name":"the other","domain":"other.example.com"}""")).GetProperty("id");
        var token = (await admin.DoAsync("POST", "service_tokens", """{"name":"named"}""")).GetProperty("id");
        var rules = $$$"""[{"ip_list":{"id":"{{{list}}}"}},{"email_list":{"id":"{{{people}}}"}},{"service_token":{"token_id":"{{{token}}}"}},{"auth_method":{"auth_method":"mfa"}}]""";
        var group = (await admin.DoAsync("POST", "groups", $$"""{"name":"known by name","include":{{rules}}}""")).GetProperty("id");
        var linked = $$$"""[{"group":{"id":"{{{group}}}"}},{"linked_app_token":{"app_uid":"{{{other}}}"}}]""";
        await admin.DoAsync("POST", "apps", $$"""{"name":"namer","domain":"namer.example.com","policies":[{"name":"p","decision":"non_identity","include":{{linked}}}]}""");

        Assert.Contains("ip-list:offices, email-list:team, service-token:named, auth-method:mfa\n", (await RunAsync(0, "group", "show", "known by name")).Out, StringComparison.Ordinal);
        Assert.Contains(" ip-list:offices, email-list:team, service-token:named, auth-method:mfa ", (await RunAsync(0, "group", "list")).Out, StringComparison.Ordinal);
        Assert.Contains(" group:known by name, linked-app-token:the other ", (await RunAsync(0, "policy", "list", "namer")).Out, StringComparison.Ordinal);
        Assert.Contains(" group:known by name, linked-app-token:the other ", (await RunAsync(0, "app", "show", "namer")).Out, StringComparison.Ordinal);

        var json = JsonDocument.Parse((await RunAsync(0, "group", "show", "known by name", "--json")).Out).RootElement;
        Assert.Equal(list.GetString(), json.GetProperty("include")[0].GetProperty("ip_list").GetProperty("id").GetString());
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
        Assert.StartsWith("wiki.example.com/docs leads to the application 'wiki'.", (await RunAsync(0, "policy", "explain", "--app", "wiki", "--token", "explained")).Out, StringComparison.Ordinal);
        var person = await RunAsync(0, "policy", "explain", "--app", "wiki.example.com/docs", "--email", "ann@example.com", "--json");
        Assert.True(JsonDocument.Parse(person.Out).RootElement.GetProperty("admitted").GetBoolean());

        Assert.Contains("no application is reached at wiki.example.com", (await RunAsync(1, "policy", "explain", "--app", "wiki.example.com")).Error, StringComparison.Ordinal);
        Assert.Contains("'Spain' is no country", (await RunAsync(1, "policy", "explain", "--app", "wiki.example.com/docs", "--country", "Spain")).Error, StringComparison.Ordinal);
        var never = await RunAsync(0, "policy", "add", "wiki.example.com/docs", "never", "--action", "allow", "--include", "service-token:explained");
        Assert.Contains("fastproxy: warning: the policy 'never' never matches: Allow is for people who signed in", never.Error, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("the token exists, but its secret could not be shown", "fastproxy token rotate 'never seen'", "token", "create", "never seen")]
    [InlineData("the token has a new secret, but its secret could not be shown", "fastproxy token rotate lost", "token", "rotate", "lost", "--json")]
    [InlineData("the API token exists, but could not be shown", "fastproxy api-token revoke unseen", "api-token", "create", "unseen")]
    public async Task A_secret_that_could_not_be_shown_is_not_passed_over(string what, string nextStep, params string[] args)
    {
        if (args is ["token", "rotate", ..])
        {
            await RunAsync(0, "token", "create", "lost");
        }

        var (code, error) = await Terminal.RunOnFullDiskAsync([.. args, "--api", $"unix:{admin.SocketPath}"]);

        Assert.Equal(1, code);
        Assert.Matches($"^fastproxy: {args[0]} {args[1]}: {what}: cannot write to standard output: no space left on device.*\n.*{nextStep}\n$", error);
    }

    [Fact]
    public async Task What_cannot_be_printed_is_a_failure()
    {
        var failure = await Assert.ThrowsAsync<OutputFailure>(() => Terminal.RunOnFullDiskAsync("token", "list", "--api", $"unix:{admin.SocketPath}"));
        Assert.StartsWith("fastproxy: cannot write to standard output: no space left on device", failure.Error.Format(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<OutputFailure>(() => Terminal.RunOnFullDiskAsync("token", "--help"));
    }

    [Fact]
    public async Task A_canary_is_shown_with_where_to_put_it_and_where_its_alarm_is()
    {
        var created = await RunAsync(0, "token", "create", "bait", "--canary");
        Assert.Matches("Client Secret: +[0-9a-f]{64}\n", created.Out);
        Assert.Contains("fastproxy_canary_presented_total", created.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("policy add", created.Out, StringComparison.Ordinal);
        Assert.Matches("State: +canary\n", (await RunAsync(0, "token", "show", "bait")).Out);
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
    public async Task A_token_gets_a_new_secret_and_a_new_lifetime()
    {
        var created = JsonDocument.Parse((await RunAsync(0, "token", "create", "renewed", "--json")).Out).RootElement;

        var rotated = JsonDocument.Parse((await RunAsync(0, "token", "rotate", "renewed", "--keep-old", "24h", "--json")).Out).RootElement;
        Assert.Equal(admin.Time.GetUtcNow().AddHours(24), rotated.GetProperty("previous_client_secret_expires_at").GetDateTimeOffset());
        Assert.NotEqual(created.GetProperty("client_secret").GetString(), rotated.GetProperty("client_secret").GetString());
        Assert.Contains("The old one works no longer.", (await RunAsync(0, "token", "rotate", "renewed")).Out, StringComparison.Ordinal);
        Assert.StartsWith("The token 'renewed' expires: 20", (await RunAsync(0, "token", "refresh", "renewed")).Out, StringComparison.Ordinal);
        Assert.Contains("--keep-old is a duration such as 24h", (await RunAsync(2, "token", "rotate", "renewed", "--keep-old", "soon")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_from_elsewhere_is_taken_over_from_a_file()
    {
        var file = Path.Combine(admin.Directory, "secret");
        var secret = new string('a', 63) + "b";
        await File.WriteAllTextAsync(file, secret + "\n");
        const string Id = "00112233445566778899aabbccddeeff.access";

        var created = await RunAsync(0, "token", "create", "migrated", "--client-id", Id, "--client-secret-file", file);

        Assert.Contains(Id, created.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, created.Out, StringComparison.Ordinal);
        Assert.True(admin.Store.Current.TryGetTokenByClientId(Id, out var token) && token.Secret.Matches(secret));
        Assert.Contains("go together", (await RunAsync(2, "token", "create", "half", "--client-id", Id)).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await RunAsync(1, "token", "create", "none", "--client-id", Id, "--client-secret-file", "/nowhere")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_changed_and_moved()
    {
        await RunAsync(0, "app", "create", "moving", "--domain", "moving.example.com", "--origin", "tcp://h:1", "--session-duration", "2h");
        foreach (var name in new[] { "a", "b", "c" })
        {
            await RunAsync(0, "policy", "add", "moving", name, "--action", "allow", "--include", "everyone");
        }

        await RunAsync(0, "policy", "move", "moving", "c", "1");
        await RunAsync(0, "policy", "update", "moving", "a", "--name", "a2", "--action", "block", "--exclude", "ip:10.0.0.0/8");
        Assert.Contains("there is no place 4: the places of 'moving' are 1 to 3", (await RunAsync(1, "policy", "move", "moving", "b", "4")).Error, StringComparison.Ordinal);

        var policies = JsonDocument.Parse((await RunAsync(0, "policy", "list", "moving", "--json")).Out).RootElement;
        Assert.Equal(["c", "a2", "b"], policies.EnumerateArray().Select(policy => policy.GetProperty("name").GetString()));
        Assert.Equal("deny", policies[1].GetProperty("decision").GetString());
        Assert.True(policies[1].GetProperty("include")[0].TryGetProperty("everyone", out _));
        Assert.Equal("10.0.0.0/8", policies[1].GetProperty("exclude")[0].GetProperty("ip").GetProperty("ip").GetString());
        Assert.Equal("2h", JsonDocument.Parse((await RunAsync(0, "app", "show", "moving", "--json")).Out).RootElement.GetProperty("session_duration").GetString());
    }

    [Fact]
    public async Task A_reusable_policy_is_changed_for_all()
    {
        var policy = (await admin.DoAsync("POST", "policies", """{"name":"shared by two","decision":"allow","include":[{"everyone":{}}]}""")).GetProperty("id");
        await admin.DoAsync("POST", "apps", $$"""{"name":"user one","domain":"u1.example.com","policies":["{{policy}}"]}""");
        await admin.DoAsync("POST", "apps", $$"""{"name":"user two","domain":"u2.example.com","policies":["{{policy}}"]}""");

        var updated = await RunAsync(0, "policy", "update", "user one", "shared by two", "--action", "block");

        Assert.Contains("for 2 applications", updated.Out, StringComparison.Ordinal);
        Assert.Equal("deny", (await admin.DoAsync("GET", "apps")).EnumerateArray().Single(app => app.GetProperty("name").GetString() == "user two")
            .GetProperty("policies")[0].GetProperty("decision").GetString());
    }

    [Fact]
    public async Task An_update_loses_nothing_that_it_does_not_name()
    {
        await admin.DoAsync(
            "POST",
            "apps",
            """{"name":"kept by the command","domain":"k.example.com","destinations":[{"type":"private","hostname":"h"}],"tags":["a"],"origin":"tcp://h:1"}""");

        await RunAsync(0, "app", "update", "kept by the command", "--domain", "k2.example.com");

        var app = JsonDocument.Parse((await RunAsync(0, "app", "show", "k2.example.com", "--json")).Out).RootElement;
        Assert.Equal("a", Assert.Single(app.GetProperty("tags").EnumerateArray()).GetString());
        Assert.Equal(["k2.example.com"], app.GetProperty("self_hosted_domains").EnumerateArray().Select(domain => domain.GetString()));
        Assert.Contains(app.GetProperty("destinations").EnumerateArray(), destination => destination.GetProperty("type").GetString() == "private");
    }

    [Fact]
    public async Task Api_tokens_are_made_listed_and_revoked()
    {
        var created = JsonDocument.Parse((await RunAsync(0, "api-token", "create", "tool", "--scope", "write", "--duration", "720h", "--json")).Out).RootElement;
        Assert.Equal(["expires_on", "id", "name", "scope", "value"], new[] { "id", "name", "scope", "expires_on", "value" }.Where(field => created.TryGetProperty(field, out _)).Order());
        Assert.Contains("fpat_", (await RunAsync(0, "api-token", "create", "reader")).Out, StringComparison.Ordinal);

        var listed = (await RunAsync(0, "api-token", "list")).Out;
        Assert.Contains("tool", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("fpat_", listed, StringComparison.Ordinal);
        await RunAsync(0, "api-token", "revoke", "tool");
        Assert.DoesNotContain("tool ", (await RunAsync(0, "api-token", "list")).Out, StringComparison.Ordinal);
        Assert.Contains("there is no api-token 'tool'", (await RunAsync(1, "api-token", "revoke", "tool")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--duration is a duration such as 24h or 1h30m, or forever, and not '30d': write 720h", "token", "create", "t", "--duration", "30d")]
    [InlineData("--duration is a duration such as 24h or 1h30m, and not '1y': write 8760h", "api-token", "create", "t", "--duration", "1y")]
    [InlineData("--session-duration is a duration such as 24h or 1h30m", "app", "create", "a", "--domain", "h", "--origin", "tcp://h:1", "--session-duration", "forever")]
    [InlineData("'servce-token:ci' is no rule, did you mean 'service-token:ci'?", "group", "create", "g", "--include", "servce-token:ci")]
    [InlineData("a caller is one of --token, --client-id and --email", "policy", "explain", "--app", "h", "--token", "t", "--email", "a@b.c")]
    public async Task What_cannot_be_meant_is_told_in_the_words_of_the_command_line(string why, params string[] args)
    {
        var (_, error) = await RunAsync(2, args);
        Assert.Equal($"fastproxy: {args[0]} {args[1]}: {why}\n", error);
    }

    [Fact]
    public async Task Failures_are_one_line_and_exit_1()
    {
        await RunAsync(0, "token", "create", "twice");
        var twice = await RunAsync(1, "token", "create", "twice");
        Assert.StartsWith("fastproxy: token create: ", twice.Error, StringComparison.Ordinal);
        Assert.Single(twice.Error.Trim().Split('\n'));

        await RunAsync(0, "app", "create", "no policy", "--domain", "np.example.com", "--origin", "tcp://127.0.0.1:1");
        Assert.Equal(
            "fastproxy: policy remove: the application 'no policy' has no policy 'p'\nTry: fastproxy policy list 'no policy'\n",
            (await RunAsync(1, "policy", "remove", "no policy", "p")).Error);
        Assert.StartsWith("fastproxy: token show: there is no token 'nobody'", (await RunAsync(1, "token", "show", "nobody")).Error, StringComparison.Ordinal);
        var rule = await RunAsync(2, "group", "create", "g", "--include", "moon:full");
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
