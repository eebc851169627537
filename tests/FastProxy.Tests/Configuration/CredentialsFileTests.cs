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
    [InlineData("example.com", null)]
    [InlineData("example.org", null)]
    public void The_nearest_entry_wins(string host, string? id)
    {
        Write(Content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = new CredentialsFile(_path).Find(host);

        Assert.Null(result.Error);
        Assert.Equal(id, result.Credential!.Service?.ClientId);
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
    [InlineData("hosts: { h: { id: a, secret: hunter2 }", "is not valid YAML")]
    [InlineData("hosts: [hunter2]", "has no map named hosts")]
    [InlineData("hosts: { h: { secret: hunter2 } }", "line 1: h needs an id and a secret")]
    [InlineData("hosts: { h: { id: '', secret: hunter2 } }", "line 1: h needs an id and a secret")]
    public void What_is_configured_and_unusable_is_an_error_that_shows_no_secret(string content, string expected)
    {
        Write(content, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = new CredentialsFile(_path).Find("h");

        Assert.Null(result.Credential);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error, StringComparison.Ordinal);
    }

    private void Write(string content, UnixFileMode mode)
    {
        File.WriteAllText(_path, content);
        File.SetUnixFileMode(_path, mode);
    }
}
