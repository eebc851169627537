using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class UpgradeHandshakeTests
{
    [Fact]
    public void Accept_is_that_of_the_rfc() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", UpgradeHandshake.ComputeAccept("dGhlIHNhbXBsZSBub25jZQ=="));

    [Fact]
    public void Keys_are_valid_and_fresh()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => UpgradeHandshake.CreateKey()).ToHashSet();
        Assert.Equal(100, keys.Count);
        Assert.All(keys, key => Assert.True(UpgradeHandshake.IsValidKey(key)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ=")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ===")]
    [InlineData("dGhlIHNhbXBsZSBub25jZSEh")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ\r\n")]
    [InlineData("dGhlIHNhbXBsZSBub25j!Q==")]
    public void Other_strings_are_no_keys(string? key) => Assert.False(UpgradeHandshake.IsValidKey(key));

    [Fact]
    public void No_accept_for_what_is_no_key() => Assert.Throws<ArgumentException>(() => UpgradeHandshake.ComputeAccept("short"));
}
