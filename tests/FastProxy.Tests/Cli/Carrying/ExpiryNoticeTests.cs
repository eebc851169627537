using FastProxy.Cli.Carrying;

namespace FastProxy.Tests.Cli.Carrying;

public sealed class ExpiryNoticeTests
{
    [Theory]
    [InlineData(29.9 * 86400, "29 days")]
    [InlineData(86400, "24 h")]
    [InlineData(3 * 3600 + 59, "3 h")]
    [InlineData(119.5 * 60, "119 min")]
    [InlineData(6.2, "6 s")]
    [InlineData(-1, "0 s")]
    public void What_is_left_is_told_in_a_unit_that_says_something(double seconds, string expected) =>
        Assert.Equal(expected, ExpiryNotice.Text(TimeSpan.FromSeconds(seconds)));
}
