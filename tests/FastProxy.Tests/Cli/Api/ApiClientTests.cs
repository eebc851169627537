using FastProxy.Cli.Api;

namespace FastProxy.Tests.Cli;

public sealed class ApiClientTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \n", null)]
    [InlineData("fpat_0", "fpat_0")]
    [InlineData(" fpat_0\r\n", "fpat_0")]
    public void A_token_may_end_in_the_newline_of_its_file(string? text, string? token) => Assert.Equal(token, ApiClient.ReadToken(text));

    [Theory]
    [InlineData("fpat_0\nfpat_1")]
    [InlineData("fpat_\u00e9")]
    [InlineData("fpat_0\0")]
    public void What_is_no_token_is_told_without_showing_it(string text) =>
        Assert.DoesNotContain("fpat_", Assert.Throws<ApiFailure>(() => ApiClient.ReadToken(text)).Why, StringComparison.Ordinal);
}
