using FastProxy.Access;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.Access;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("8760h", 8760L * 3600 * 10_000_000)]
    [InlineData("1h30m", 5400L * 10_000_000)]
    [InlineData("1h0m0s", 3600L * 10_000_000)]
    [InlineData("1.5s", 15_000_000)]
    [InlineData(".5h", 1800L * 10_000_000)]
    [InlineData("250ms", 2_500_000)]
    [InlineData("3us", 30)]
    [InlineData("3\u00b5s", 30)]
    [InlineData("3\u03bcs", 30)]
    [InlineData("250ns", 2)]
    [InlineData("0s", 0)]
    [InlineData("0", 0)]
    public void Goes_form_is_read(string text, long ticks)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("h")]
    [InlineData("1d")]
    [InlineData("-1h")]
    [InlineData("+1h")]
    [InlineData("1 h")]
    [InlineData("1h ")]
    [InlineData(".h")]
    [InlineData("1.2.3s")]
    [InlineData("1H")]
    [InlineData("forever")]
    [InlineData("3000000h")]
    [InlineData("99999999999999999999999h")]
    [InlineData("9223372036854775807h")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(GoDuration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.Zero, duration);
    }

    [Theory]
    [InlineData(8760 * 3600, "8760h")]
    [InlineData(5400, "1h30m")]
    [InlineData(61, "1m1s")]
    [InlineData(0, "0s")]
    public void Writing_is_short(int seconds, string text) => Assert.Equal(text, GoDuration.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void What_is_written_is_read_back()
    {
        // Every magnitude, from one tick to the 292 years of the limit.
        var ticks = from high in Gen.Choose(0, int.MaxValue)
                    from low in Gen.Choose(0, int.MaxValue)
                    from shift in Gen.Choose(0, 62)
                    select (((long)high << 31) | (uint)low) % (long.MaxValue / 100) >> shift;
        Check.One(Property.Config, Prop.ForAll(ticks.ToArbitrary(), value =>
            GoDuration.TryParse(GoDuration.Format(TimeSpan.FromTicks(value)), out var back) && back.Ticks == value));
    }
}
