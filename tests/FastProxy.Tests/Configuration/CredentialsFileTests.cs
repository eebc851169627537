using FastProxy.Configuration;

namespace FastProxy.Tests.Configuration;

public sealed class CredentialsFileTests : IDisposable
{
    private const string Content = """
        hosts:
          gitlab.example.com: { id: exact, secret: s1 }
          "*.example.com": { id: wild, secret: s2 }
          "*.sub.example.com": { id: longer, secret: s3 }
        """;

    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("gitlab.example.com", "exact")]
    [InlineData("GITLAB.example.com", "exact")]
    [InlineData("other.example.com", "wild")]
    [InlineData("a.sub.example.com", "longer")]
    [InlineData("sub.example.com", "wild")]
    [InlineData("a.other.example.com", null)]
    [InlineData("a.b.sub.example.com", null)]
    [InlineData("example.com", null)]
    [InlineData("example.org", null)]
    public void The_nearest_entry_wins(string host, string? id)
    {
        Write(Content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = new CredentialsFile(_path).Find(host);

        Assert.Null(result.Error);
        Assert.Equal(id, result.Credential!.Service?.ClientId);
    }

    [Theory]
    [InlineData("a.other.example.com", "*.example.com")]
    [InlineData("a.b.sub.example.com", "*.example.com")]
    [InlineData("other.example.com", null)]
    [InlineData("example.com", null)]
    [InlineData("badexample.com", null)]
    public void A_wildcard_that_almost_covers_a_host_is_named(string host, string? pattern)
    {
        Write(Content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(
            pattern is null ? null : $"{_path} has '{pattern}', whose star stands for one label: it does not cover {host}.",
            new CredentialsFile(_path).Find(host).NearMiss);
    }

    [Fact]
    public void No_file_is_no_credential() => Assert.Null(new CredentialsFile(_path).Find("h").Credential!.Service);

    [Fact]
    public void A_file_others_can_read_is_refused()
    {
        Write(Content, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", new CredentialsFile(_path).Find("gitlab.example.com").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hosts: { h: { id: a, secret: hunter2 }", ":2:1: ", "is not valid YAML")]
    [InlineData("hosts: [hunter2]", ":1:8: ", "hosts: expected a map of hosts")]
    [InlineData("hosts: hunter2", ":1:8: ", "hosts: expected a map of hosts")]
    [InlineData("hunter2", ":1:1: ", "no map of settings")]
    [InlineData("hosts: { h: { id: a, secret: hunter2, secret: hunter2 } }", ":1:39: ", "has a key twice")]
    [InlineData("hosts:\n  h: hunter2", ":2:6: ", "hosts.h: expected { id: …, secret: … }")]
    [InlineData("hosts: { h: { secret: hunter2 } }", ":1:13: ", "hosts.h.id: expected the client id")]
    [InlineData("hosts: { h: { id: '', secret: hunter2 } }", ":1:19: ", "hosts.h.id: expected the client id")]
    [InlineData("hosts: { h: { id: a, secret: [hunter2] } }", ":1:30: ", "hosts.h.secret: expected the client secret")]
    [InlineData("hosts: { h: { id: a, secrte: hunter2 } }", ":1:22: ", "unknown key 'secrte', did you mean 'secret'?")]
    [InlineData("hosts: { h: { id: a, secret: hunter2, scret: x } }", ":1:39: ", "unknown key 'scret', did you mean 'secret'?")]
    [InlineData("hosts: { h: { id: a, secret: x, hunter2 } }", ":1:33: ", "unknown key, known here: id, secret")]
    [InlineData("host:\n  h: { id: a, secret: hunter2 }", ":1:1: ", "unknown key 'host', did you mean 'hosts'?")]
    [InlineData("hosts: { h: { id: a, secret: hunter2 } }\nhots: {}", ":2:1: ", "unknown key 'hots', did you mean 'hosts'?")]
    [InlineData("hosts:\n  other: { id: a, secret: hunter2, default: x }", ":2:36: ", "unknown key, known here: id, secret")]
    [InlineData("hosts:\n  h:8443: { id: a, secret: hunter2 }", ":2:3: ", "whatever the scheme and the port")]
    [InlineData("hosts:\n  a.*.h: { id: a, secret: hunter2 }", ":2:3: ", "a wildcard stands for the first label alone")]
    [InlineData("hosts:\n  h: { id: a, secret: hunter2 }\n  H: { id: a, secret: hunter2 }", ":3:3: ", "stands there already")]
    public void What_is_configured_and_unusable_is_an_error_that_names_its_place_and_shows_no_secret(string content, string place, string expected)
    {
        Write(content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = new CredentialsFile(_path).Find("h");

        Assert.Null(result.Credential);
        Assert.StartsWith(_path + place, result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    private void Write(string content, UnixFileMode mode)
    {
        File.WriteAllText(_path, content);
        File.SetUnixFileMode(_path, mode);
    }
}
