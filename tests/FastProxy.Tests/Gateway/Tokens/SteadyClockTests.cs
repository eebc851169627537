using FastProxy.Gateway.Tokens;

namespace FastProxy.Tests.Gateway.Tokens;

public sealed class SteadyClockTests
{
    private readonly JumpingTime _time = new();

    [Fact]
    public void It_is_believed_after_an_hour()
    {
        var clock = new SteadyClock(_time);
        Assert.False(clock.IsSteady());
        _time.Advance(SteadyClock.Patience - TimeSpan.FromTicks(1));
        Assert.False(clock.IsSteady());
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(clock.IsSteady());
    }

    [Theory]
    [InlineData(-3650)]
    [InlineData(-0.1)]
    [InlineData(0.1)]
    [InlineData(3650)]
    public void A_jump_in_either_direction_costs_another_hour(double days)
    {
        var clock = new SteadyClock(_time);
        _time.Advance(SteadyClock.Patience);
        Assert.True(clock.IsSteady());

        _time.Ahead += TimeSpan.FromDays(days);
        Assert.False(clock.IsSteady());
        _time.Advance(SteadyClock.Patience / 2);
        Assert.False(clock.IsSteady());
        _time.Advance(SteadyClock.Patience / 2);
        Assert.True(clock.IsSteady());
    }

    [Fact]
    public void A_clock_that_is_slewed_stays_believed()
    {
        var clock = new SteadyClock(_time);
        for (var minute = 0; minute < 120; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            _time.Ahead += TimeSpan.FromSeconds(5);
            Assert.Equal(minute >= 59, clock.IsSteady());
        }
    }
}
