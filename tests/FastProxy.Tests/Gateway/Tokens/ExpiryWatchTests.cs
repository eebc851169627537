using FastProxy.Access.Tokens;
using FastProxy.Gateway.Tokens;
using FastProxy.Tests.Access;

namespace FastProxy.Tests.Gateway.Tokens;

public sealed class ExpiryWatchTests
{
    private readonly JumpingTime _time = new();
    private readonly LineLog _log = new();

    [Fact]
    public void Each_day_has_a_line_and_each_step_towards_the_end()
    {
        var watch = new ExpiryWatch(_time, _log);
        var snapshot = Sample.Snapshot([Ending(40)]);
        var (months, soons) = (0, 0);
        for (var minute = 0; minute < 41 * 24 * 60; minute += 10)
        {
            watch.Look(snapshot);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        (months, soons) = (_log.Count("TokenExpires"), _log.Count("TokenExpiresSoon"));

        // 23 days between 30 and 7, 6 between 7 and 1, the last; the hour at which a day is over wanders by a look each day.
        Assert.InRange(months, 22, 24);
        Assert.InRange(soons, 7, 8);
        Assert.Equal(1, _log.Count("TokenExpired"));
    }

    [Fact]
    public void Nothing_is_said_of_who_has_time_is_off_is_bait_or_had_ended_long_ago()
    {
        var watch = new ExpiryWatch(_time, _log);
        watch.Look(Sample.Snapshot(
        [
            Ending(31),
            Sample.Token("for ever"),
            Ending(1) with { Enabled = false },
            Ending(1) with { IsCanary = true },
            Ending(-1),
        ]));
        Assert.Empty(_log.ToString());
    }

    [Fact]
    public void A_token_that_was_refreshed_is_told_of_anew_when_it_ends_again()
    {
        var watch = new ExpiryWatch(_time, _log);
        var token = Ending(0.5);
        watch.Look(Sample.Snapshot([token]));
        watch.Look(Sample.Snapshot([token with { ExpiresAt = _time.GetUtcNow().AddDays(300) }]));
        watch.Look(Sample.Snapshot([token]));
        Assert.Equal(2, _log.Count("TokenExpiresSoon"));
    }

    [Fact]
    public void Many_tokens_at_once_take_turns()
    {
        var watch = new ExpiryWatch(_time, _log);
        var snapshot = Sample.Snapshot([.. Enumerable.Range(0, ExpiryWatch.MostLines + 50).Select(i => Ending(5))]);
        watch.Look(snapshot);
        Assert.Equal(ExpiryWatch.MostLines, _log.Count("TokenExpiresSoon"));
        watch.Look(snapshot);
        watch.Look(snapshot);
        Assert.Equal(ExpiryWatch.MostLines + 50, _log.Count("TokenExpiresSoon"));
    }

    private ServiceToken Ending(double days) => Sample.Token(Guid.NewGuid().ToString("N")) with { ExpiresAt = _time.GetUtcNow().AddDays(days) };
}
