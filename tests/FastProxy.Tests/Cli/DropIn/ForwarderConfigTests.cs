using FastProxy.Cli.DropIn;
using FastProxy.Client.Connecting;

namespace FastProxy.Tests.Cli.DropIn;

public sealed class ForwarderConfigTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Reads_every_forwarder_and_passes_other_keys_over()
    {
        File.WriteAllText(_path, """
            tunnel: something
            logLevel: debug
            forwarders:
              - url: http://app.test
                listener: tcp://localhost:9001
                serviceTokenID: id.access
                serviceTokenSecret: hunter2
                destination: 10.0.0.1:22
              - { url: "https://b.test", listener: "localhost:9002" }
            """);

        var forwards = ForwarderConfig.Read(_path, out var directory, out var level, out var error);

        Assert.Null(error);
        Assert.Equal((null, "debug"), (directory, level));
        Assert.Equal(["http://app.test", "https://b.test"], forwards!.Select(forward => forward.Hostname));
        Assert.Equal(["tcp://localhost:9001", "localhost:9002"], forwards!.Select(forward => forward.Listen));
        Assert.Equal(("id.access", "hunter2", "10.0.0.1:22", PlainHttp.Always), (
            forwards![0].Credential.ClientId, forwards[0].Credential.ClientSecret!.Reveal(), forwards[0].Destination, forwards[0].Plain));
    }

    [Theory]
    [InlineData("tunnel: x", "has no forwarders")]
    [InlineData("forwarders:\n  - url: hunter2", ":2: a forwarder needs url and listener")]
    [InlineData("forwarders: [ hunter2", "is not valid YAML")]
    public void Says_what_is_wrong_without_quoting_it(string content, string expected)
    {
        File.WriteAllText(_path, content);

        Assert.Null(ForwarderConfig.Read(_path, out _, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }
}
