using System.Text;
using FastProxy.Client.Credentials;

namespace FastProxy.Tests.Client.Credentials;

public sealed class ArgumentScrubberTests
{
    [Theory]
    [InlineData("fp|access|ssh|--secret|abc|--hostname|h", "fp|access|ssh|--secret|xxx|--hostname|h")]
    [InlineData("fp|--service-token-secret|abc", "fp|--service-token-secret|xxx")]
    [InlineData("fp|--secret=abc", "fp|--secret=xxx")]
    [InlineData("fp|--secret:a=c", "fp|--secret:xxx")]
    [InlineData("fp|-H:Cookie: a=b", "fp|-H:Cookie:xxxx")]
    [InlineData("fp|-secret=abc|-secret|de", "fp|-secret=xxx|-secret|xx")]
    [InlineData("fp|-H|Cf-Access-Client-Secret: abc", "fp|-H|Cf-Access-Client-Secret:xxxx")]
    [InlineData("fp|--header=authorization: Bearer t", "fp|--header=authorization:xxxxxxxxx")]
    [InlineData("fp|--header|Cookie: a", "fp|--header|Cookie:xx")]
    [InlineData("fp|--header|Cf-Access-Token:t", "fp|--header|Cf-Access-Token:x")]
    public void Overwrites_secrets_in_place(string given, string expected)
    {
        var block = Block(given);

        Assert.True(ArgumentScrubber.ScrubBlock(block));
        Assert.Equal(Encoding.UTF8.GetString(Block(expected)), Encoding.UTF8.GetString(block));
    }

    [Theory]
    [InlineData("fp|access|ssh|--hostname|secret.example.com")]
    [InlineData("fp|--secret-file|/run/secret|--secret-fd|3")]
    [InlineData("fp|-H|X-Foo: bar")]
    [InlineData("fp|--secret")]
    [InlineData("fp|--secret=")]
    public void Leaves_everything_else(string given)
    {
        var block = Block(given);

        Assert.False(ArgumentScrubber.ScrubBlock(block));
        Assert.Equal(Encoding.UTF8.GetString(Block(given)), Encoding.UTF8.GetString(block));
    }

    private static byte[] Block(string arguments) => Encoding.UTF8.GetBytes(arguments.Replace('|', '\0') + "\0");
}
