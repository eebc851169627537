using FastProxy.Testing;
using FastProxy.Transport.Listening;

namespace FastProxy.Tests.Transport.Listening;

public sealed class LogLimitTests
{
    [Fact]
    public void What_is_left_out_is_a_number_on_the_next_line()
    {
        var time = new ManualTime();
        var limit = new LogLimit(time, 2, TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([(true, 0), (true, 0), (false, 0), (false, 0)], Take(limit, 4));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal([(false, 0)], Take(limit, 1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([(true, 3), (true, 0), (false, 0)], Take(limit, 3));
    }

    [Fact]
    public void Its_time_begins_with_the_first_line()
    {
        var time = new ManualTime();
        var limit = new LogLimit(time, 1, TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal([(true, 0)], Take(limit, 1));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([(false, 0)], Take(limit, 1));
    }

    private static List<(bool Written, long LeftOut)> Take(LogLimit limit, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (limit.TryTake(out var leftOut), leftOut))];
}
