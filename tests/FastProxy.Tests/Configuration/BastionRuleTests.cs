using FastProxy.Client.Bastion;
using FastProxy.Configuration;

namespace FastProxy.Tests.Configuration;

/// <summary>Unix listeners of bastion.yaml: who may reach what.</summary>
public sealed class BastionRuleTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fastproxy-test-");

    public BastionRuleTests()
    {
        Write("id", "0123456789abcdef0123456789abcdef.access\n");
        Write("secret", "the-secret\n");
        File.SetUnixFileMode(Path.Combine(_directory.FullName, "secret"), UnixFileMode.UserRead);
        Write("passwd", "root:x:0:0::/root:/bin/sh\nci:x:1001:1001::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\ntwice:x:1002:1::/:/bin/sh\ntwice:x:1003:1::/:/bin/sh\nalias:x:1001:1::/:/bin/sh\n");
        Write("group", "root:x:0:\nengineers:x:2000:ci\nnogroup:x:65534:\n");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Reads_a_unix_listener_with_its_rules()
    {
        var options = Parse(
            """
            gateway: https://access.example.com:8443
            listeners:
              - listen: unix:/run/fastproxy/bastion.sock
                mode: "0660"
                allow:
                  - { user: ci, hostnames: [GitLab.example.com], token: ci }
                  - { group: engineers, hostnames: ["*.example.com"], token: ci, sessions: 50 }
                  - { uid: 7, hostnames: [a.example.com], token: { id: fedcba9876543210fedcba9876543210.access, secret_file: secret } }
            tokens:
              ci: { id_file: id, secret_file: secret }
            """,
            out var problems)!;
        Assert.Empty(problems.Errors);
        var listener = Assert.IsType<UnixListener>(Assert.Single(options.Listeners));
        Assert.Equal("unix:/run/fastproxy/bastion.sock", listener.Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, listener.Mode);

        var ci = new PeerCredentials(1, 1001, 1001, []);
        var engineer = new PeerCredentials(1, 1500, 1500, [4, 2000]);
        Assert.Same(listener.Rules[0], listener.Find(ci, "gitlab.example.com"));
        Assert.Null(listener.Find(ci, "db.example.com"));
        Assert.Same(listener.Rules[1], listener.Find(engineer, "db.example.com"));
        Assert.Same(listener.Rules[1], listener.Find(engineer with { GroupId = 2000, Groups = [] }, "db.example.com"));
        Assert.Null(listener.Find(engineer, "example.com"));
        Assert.Null(listener.Find(engineer, "a.b.example.com"));
        Assert.Equal(50, listener.Rules[1].Sessions);
        Assert.Equal("fedcba9876543210fedcba9876543210.access", listener.Rules[2].TokenName);
        Assert.False(listener.Knows(new PeerCredentials(1, 0, 0, [])));

        var request = listener.Rules[1].RequestFor("db.example.com", "10.0.0.1:5432", listener.Gateway);
        Assert.Equal("https://db.example.com:8443", $"https://{request.App.Authority}");
        Assert.Equal("access.example.com", request.Gateway!.Host);
        Assert.Equal("10.0.0.1:5432", request.Destination);
    }

    [Fact]
    public void A_peer_from_an_unmapped_namespace_is_nobody_even_where_a_rule_would_fit_its_group()
    {
        var listener = Assert.IsType<UnixListener>(Parse(Rule("gid: 2000"), out _)!.Listeners[0]);
        Assert.NotNull(listener.Find(new PeerCredentials(1, 1, 2000, []), "h.example.com"));
        Assert.Null(listener.Find(new PeerCredentials(1, PeerCredentials.DefaultOverflowId, 2000, [2000]), "h.example.com"));
        Assert.False(listener.Knows(new PeerCredentials(1, PeerCredentials.DefaultOverflowId, 2000, [2000])));
    }

    [Theory]
    [InlineData("user: nobody", "stands for everybody who has no number here")]
    [InlineData("group: nogroup", "stands for everybody who has no number here")]
    [InlineData("uid: 65534", "stands for everybody who has no number here")]
    [InlineData("uid: 4294967295", "stands for everybody who has no number here")]
    [InlineData("user: absent-user", "there is no user 'absent-user'")]
    [InlineData("group: absent-group", "there is no group 'absent-group'")]
    [InlineData("user: \"1001\"", "there is no user '1001'")]
    [InlineData("user: twice", "the user 'twice' has several numbers: 1002, 1003")]
    [InlineData("uid: ci", "expected a number")]
    [InlineData("uid: -1", "expected a number")]
    [InlineData("user: ci, group: engineers", "expected exactly one of user, uid, group, gid")]
    [InlineData("sessions: 1", "expected exactly one of user, uid, group, gid")]
    [InlineData("user: ci, sessions: 0", "expected a whole number of at least 1")]
    [InlineData("usr: ci", "did you mean 'user'")]
    public void Refuses_a_rule_that_names_nobody_for_certain(string who, string expected) => AssertRefused(Rule(who), expected);

    [Theory]
    [InlineData("[]", "hostnames: missing")]
    [InlineData("['*.example.com']", "a wildcard needs gateway")]
    [InlineData("['*']", "a wildcard stands for the first label alone")]
    [InlineData("['a.*.com']", "a wildcard stands for the first label alone")]
    [InlineData("[a.example.com/path]", "a path has no place in it")]
    [InlineData("[a.example.com, A.example.com]", "'a.example.com' covers it already")]
    public void Refuses_hostnames_that_say_nothing(string hostnames, string expected) =>
        AssertRefused($"listeners: [{{ listen: 'unix:/run/x.sock', allow: [{{ user: ci, hostnames: {hostnames}, token: {{ id_file: id, secret_file: secret }} }}] }}]", expected);

    [Theory]
    [InlineData("{ user: ci, hostnames: [b.example.com, h.example.com], token: t }")]
    [InlineData("{ uid: 1001, hostnames: [h.example.com], token: t }")]
    [InlineData("{ user: alias, hostnames: [h.example.com], token: t }")]
    public void Refuses_a_rule_that_an_earlier_one_leaves_nothing_to_decide(string second) => AssertRefused(
        $$"""
        listeners:
          - listen: unix:/run/x.sock
            allow:
              - { user: ci, hostnames: [h.example.com], token: t }
              - {{second}}
        tokens: { t: { id_file: id, secret_file: secret } }
        """,
        "allow[0] decides on 'h.example.com'");

    [Theory]
    [InlineData("listeners: [{ listen: 'unix:run/x.sock', allow: [{ user: ci, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]", "an absolute path")]
    [InlineData("listeners: [{ listen: 'unix:/run/x.sock' }]", "allow: missing")]
    [InlineData("listeners: [{ listen: 'unix:/run/x.sock', allow: [] }]", "allow: missing")]
    [InlineData("listeners: [{ listen: 'unix:/run/x.sock', mode: '0888', allow: [{ user: ci, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]", "an octal mode")]
    [InlineData("listeners: [{ listen: 'unix:/run/x.sock', mode: '4666', allow: [{ user: ci, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]", "an octal mode")]
    [InlineData("listeners: [{ listen: 'unix:/run/x.sock', hostname: h, allow: [{ user: ci, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]", "unknown key 'hostname'")]
    [InlineData("gateway: https://h/path\nlisteners: []", "an https origin")]
    public void Refuses_with_the_place_and_the_cause(string text, string expected) => AssertRefused(text, expected);

    [Fact]
    public void The_file_is_named_that_cannot_be_read()
    {
        var accounts = new AccountDatabase(Path.Combine(_directory.FullName, "none"), Path.Combine(_directory.FullName, "none"));
        Assert.Null(accounts.User("ci", out var error));
        Assert.Contains("cannot be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_system_is_asked_for_names_that_the_files_do_not_have()
    {
        // getent reads the system's own database: root is in it, and not in ours.
        var file = Write("empty", "");
        Assert.Equal(0u, new AccountDatabase(file, file).User("root", out var error));
        Assert.Equal("", error);
    }

    private static string Rule(string who) =>
        $"listeners: [{{ listen: 'unix:/run/x.sock', allow: [{{ {who}, hostnames: [h.example.com], token: {{ id_file: id, secret_file: secret }} }}] }}]";

    private void AssertRefused(string text, string expected)
    {
        Assert.Null(Parse(text, out var problems));
        Assert.Contains(problems.Errors, error => error.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.All(problems.Errors, error => Assert.Matches("^bastion.yaml:[1-9][0-9]*:[1-9][0-9]*: ", error.ToString()));
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private BastionOptions? Parse(string text, out ConfigurationProblems problems)
    {
        problems = new ConfigurationProblems("bastion.yaml");
        var environment = new ConfigurationEnvironment
        {
            OpenFileLimit = 1024,
            Variable = _ => null,
            Accounts = new AccountDatabase(Path.Combine(_directory.FullName, "passwd"), Path.Combine(_directory.FullName, "group")),
        };
        return BastionFile.Parse(text, _directory.FullName, problems, environment);
    }
}
