using FastProxy.Cli.Carrying;

namespace FastProxy.Tests.Cli.Carrying;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("localhost:9210", "127.0.0.1:9210")]
    [InlineData("127.0.0.1:9210", "127.0.0.1:9210")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("[::1]:9210", "[::1]:9210")]
    [InlineData("tcp://localhost:9210/some/path", "127.0.0.1:9210")]
    [InlineData("RDP://localhost:3390", "127.0.0.1:3390")]
    public async Task Reads_what_cloudflared_reads(string value, string expected)
    {
        var (endPoint, error) = await ListenAddress.ParseAsync(value, CancellationToken.None);

        Assert.Null(error);
        Assert.Equal(expected, endPoint!.ToString());
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("tcp://localhost")]
    [InlineData("udp://localhost:53")]
    [InlineData("unix:/tmp/x")]
    [InlineData(":2222")]
    public async Task A_host_and_a_port_are_mandatory(string value)
    {
        var (endPoint, error) = await ListenAddress.ParseAsync(value, CancellationToken.None);

        Assert.Null(endPoint);
        Assert.StartsWith("the listener", error, StringComparison.Ordinal);
        Assert.DoesNotContain(value, error, StringComparison.Ordinal);
    }
}
