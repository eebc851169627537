using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>Real users with real ssh: the kernel says who they are, the rules say what they may.</summary>
public sealed class UserRuleTests(BastionPath path) : IClassFixture<BastionPath>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task OneUserMayAnotherMayNotAThirdHasTwoSessions()
    {
        await using var a = await LocalUser.CreateAsync();
        await using var b = await LocalUser.CreateAsync();
        await using var c = await LocalUser.CreateAsync();
        await using var bastion = await path.StartBastionAsync(
            $"user: {a.Name}, hostnames: [{BastionPath.Host}], token: one",
            $"user: {b.Name}, hostnames: [{BastionPath.OtherHost}], token: two",
            $"user: {c.Name}, hostnames: [\"*.test.localhost\"], token: one, sessions: 2");

        var allowed = await SshAsync(a, bastion, BastionPath.Host, "echo in");
        Assert.Equal("in\n", allowed.MustSucceed().OutputText);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex($"of user {a.Id} "), s_limit);

        var denied = await SshAsync(b, bastion, BastionPath.Host, "echo in");
        Assert.Equal(255, denied.ExitCode);
        Assert.Matches($@"^fastproxy: refused by the bastion on this machine: 403 no rule of this bastion lets user {b.Id} reach {BastionPath.Host} \[reason=policy_denied\]\nAsk whoever runs the bastion on this machine for a rule\.\n", denied.ErrorText);
        (await SshAsync(b, bastion, BastionPath.OtherHost, "true")).MustSucceed();

        var config = await path.EquipAsync(c, bastion.ProxyCommand);
        await using var first = c.Start("ssh", ["-F", config, BastionPath.Host, "echo ready; cat"]);
        await using var second = c.Start("ssh", ["-F", config, BastionPath.Host, "echo ready; cat"]);
        using var limit = new CancellationTokenSource(s_limit);
        await Task.WhenAll(first.Output.WaitForLengthAsync(6, limit.Token), second.Output.WaitForLengthAsync(6, limit.Token));
        var third = await c.RunAsync("ssh", "-F", config, BastionPath.Host, "true");
        Assert.Contains("[reason=limit_sessions]", third.ErrorText, StringComparison.Ordinal);

        // A's sessions do not count for C.
        (await SshAsync(a, bastion, BastionPath.Host, "true")).MustSucceed();
    }

    [Fact]
    public async Task SupplementaryGroupsCount()
    {
        var group = "fpg" + Guid.NewGuid().ToString("N")[..10];
        await using var member = await LocalUser.CreateAsync(group);
        await using var stranger = await LocalUser.CreateAsync();
        await using var bastion = await path.StartBastionAsync($"group: {group}, hostnames: [{BastionPath.Host}], token: one");

        (await SshAsync(member, bastion, BastionPath.Host, "true")).MustSucceed();
        Assert.Contains("[reason=policy_denied]", (await SshAsync(stranger, bastion, BastionPath.Host, "true")).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RootHasNoRightOfItsOwn()
    {
        await using var user = await LocalUser.CreateAsync();
        await using var bastion = await path.StartBastionAsync($"user: {user.Name}, hostnames: [{BastionPath.Host}], token: one");
        var result = await PublishedBinary.RunAsync(["connect", BastionPath.Host, "--agent", bastion.Socket]);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("[reason=policy_denied]", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARemovedUsersSessionsEndOnReloadAndTheOthersGoOn()
    {
        await using var leaving = await LocalUser.CreateAsync();
        await using var staying = await LocalUser.CreateAsync();
        var stays = $"user: {staying.Name}, hostnames: [{BastionPath.Host}], token: one";
        await using var bastion = await path.StartBastionAsync($"user: {leaving.Name}, hostnames: [{BastionPath.Host}], token: one", stays);
        await using var first = leaving.Start("ssh", ["-F", await path.EquipAsync(leaving, bastion.ProxyCommand), BastionPath.Host, "echo ready; cat"]);
        await using var second = staying.Start("ssh", ["-F", await path.EquipAsync(staying, bastion.ProxyCommand), BastionPath.Host, "echo ready; cat"]);
        using var limit = new CancellationTokenSource(s_limit);
        await Task.WhenAll(first.Output.WaitForLengthAsync(6, limit.Token), second.Output.WaitForLengthAsync(6, limit.Token));

        await bastion.ReloadAsync(stays);

        Assert.Equal(255, (await first.WaitForExitAsync(s_limit)).ExitCode);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex($"of user {leaving.Id} .*ended: policy_denied"), s_limit);
        await second.WriteInputAsync("still\n"u8.ToArray());
        Assert.Equal("ready\nstill\n", (await second.WaitForExitAsync(s_limit)).MustSucceed().OutputText);
    }

    [Fact]
    public async Task ABadFileIsReportedAndTheOldRulesStay()
    {
        await using var user = await LocalUser.CreateAsync();
        await using var bastion = await path.StartBastionAsync($"user: {user.Name}, hostnames: [{BastionPath.Host}], token: one");
        bastion.WriteRaw("listeners:\n  - listen: unix:/nowhere\n    alow: []\n");

        // Nobody told it: it looks at the file by itself.
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex(@"bastion\.yaml:3:5: unknown key 'alow', did you mean 'allow'\?[\s\S]*event=ReloadFailed"), s_limit);
        (await SshAsync(user, bastion, BastionPath.Host, "true")).MustSucceed();
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("user: nobody", "stands for everybody who has no number here")]
    [InlineData("user: there-is-no-such-user", "there is no user 'there-is-no-such-user'")]
    [InlineData("user: root, gid: 0", "expected exactly one of user, uid, group, gid")]
    [InlineData("usr: root", "did you mean 'user'")]
    public async Task AFileThatCannotBeReadOrIsAmbiguousRefusesToStart(string? who, string expected)
    {
        using var directory = new TempDirectory();
        var file = directory["bastion.yaml"];
        if (who is not null)
        {
            directory.Write("bastion.yaml", $"listeners: [{{ listen: 'unix:{directory["b.sock"]}', allow: [{{ {who}, hostnames: [h.example.com], token: {{ id: i, secret: s }} }}] }}]\n");
        }

        var result = await PublishedBinary.RunAsync(["bastion", "--config", file]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.ErrorText, StringComparison.Ordinal);
        Assert.False(File.Exists(directory["b.sock"]));
    }

    [Fact]
    public async Task APeerWithoutANumberInTheBastionsUserNamespaceIsRefused()
    {
        // In the new namespace root alone has a number; every other user of the machine looks like 65534 from there.
        await using var user = await LocalUser.CreateAsync();
        await using var bastion = await BastionProcess.StartAsync(
            path.Gateway, path.Tokens, [$"uid: {user.Id}, hostnames: [{BastionPath.Host}], token: one"], "", null, "unshare", "--user", "--map-root-user");
        var result = await user.RunAsync(bastion.Binary, "connect", BastionPath.Host, "--agent", bastion.Socket);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("has no number in the bastion's user namespace", result.ErrorText, StringComparison.Ordinal);
    }

    private async Task<ProgramResult> SshAsync(LocalUser user, BastionProcess bastion, string host, string command) =>
        await user.RunAsync("ssh", "-F", await path.EquipAsync(user, bastion.ProxyCommand), host, command);
}
