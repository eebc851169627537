using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Client.Pooling;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;

namespace FastProxy.Tests.Client.Bastion;

/// <summary>What the log hears of pools that get no stream.</summary>
public sealed class PoolWatchTests
{
    private const string Trouble = "BastionPoolInTrouble";
    private const string Well = "BastionPoolIsWell";

    private static readonly ConnectFailure s_refused = new(ConnectStage.Refused, "401 the client id is not known") { Status = 401, Reason = "token_unknown" };
    private static readonly ConnectFailure s_unreachable = new(ConnectStage.Tcp, "connection refused");

    private readonly ManualTime _time = new();
    private readonly LineLog _log = new();
    private readonly Dictionary<PoolKey, PoolHealth> _pools = [];

    [Fact]
    public async Task A_trouble_has_a_line_and_its_end_has_one()
    {
        await using var watch = Watch();
        var key = Key("a.access", "secret");
        _pools[key] = new PoolHealth(false, null);
        _time.Advance(TimeSpan.FromMinutes(1));
        _pools[key] = new PoolHealth(true, null);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("", _log.ToString());

        _pools[key] = new PoolHealth(true, s_refused);
        _time.Advance(PoolWatch.Interval);
        Assert.Equal(
            "Warning The pool of https://access.example.com with client id a.access gets no stream: 401 the client id is not known [reason=token_unknown]. Nobody who needs it gets through.",
            await _log.ReadAsync(Trouble));
        _time.Advance(TimeSpan.FromHours(1));
        _pools[key] = new PoolHealth(true, s_refused with { Message = "401 in other words", Request = "another" });
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((0, 0), (_log.Count(Trouble), _log.Count(Well)));

        _pools[key] = new PoolHealth(true, s_unreachable);
        _time.Advance(PoolWatch.Interval);
        Assert.Contains("gets no stream: connection refused [reason=gateway_unreachable].", await _log.ReadAsync(Trouble), StringComparison.Ordinal);
        _pools[key] = new PoolHealth(true, null);
        _time.Advance(PoolWatch.Quiet);
        Assert.Equal("Information The pool of https://access.example.com with client id a.access gets streams again.", await _log.ReadAsync(Well));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((0, 0), (_log.Count(Trouble), _log.Count(Well)));
    }

    [Fact]
    public async Task One_that_comes_and_goes_does_not_fill_the_log_and_its_last_state_is_told()
    {
        await using var watch = Watch();
        for (var second = 0; second < 100; second++)
        {
            _pools[Key("a.access", "secret")] = new PoolHealth(true, second % 2 == 0 ? s_unreachable : null);
            _time.Advance(PoolWatch.Interval);
        }

        var lines = _log.Count(Trouble) + _log.Count(Well);
        Assert.InRange(lines, 2, 10);
        _pools[Key("a.access", "secret")] = new PoolHealth(true, s_unreachable);
        _time.Advance(PoolWatch.Quiet);
        Assert.Contains("gets no stream", _log.ToString().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pool_of_another_secret_ends_the_trouble_of_the_one_before()
    {
        await using var watch = Watch();
        _pools[Key("a.access", "wrong")] = new PoolHealth(true, s_refused);
        _pools[Key("b.access", "wrong")] = new PoolHealth(true, s_refused);
        _time.Advance(PoolWatch.Quiet);
        Assert.Equal(2, _log.Count(Trouble));
        _pools.Remove(Key("a.access", "wrong"));
        _pools[Key("a.access", "right")] = new PoolHealth(true, null);
        _time.Advance(PoolWatch.Quiet);
        Assert.Contains("client id a.access gets streams again", await _log.ReadAsync(Well), StringComparison.Ordinal);
        Assert.Equal((2, 0), (_log.Count(Trouble), _log.Count(Well)));
    }

    [Fact]
    public async Task A_look_that_does_not_end_is_one_and_no_more()
    {
        using var answers = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var asked = new Signal();
        await using var watch = new PoolWatch(
            () =>
            {
                asked.Raise();
                answers.Wait(stop.Token);
                return [];
            },
            _time,
            _log);
        var stuck = Task.Run(() => _time.Advance(PoolWatch.Interval));
        await asked.WaitAsync(1, stop.Token);
        await Task.Run(() => _time.Advance(TimeSpan.FromMinutes(1))).WaitAsync(stop.Token);
        Assert.Equal(1, asked.Count);
        answers.Set();
        await stuck;
        _time.Advance(PoolWatch.Interval);
        Assert.Equal(2, asked.Count);
    }

    private PoolWatch Watch() => new(() => [.. _pools.Select(pool => (pool.Key, pool.Value))], _time, _log);

    private static PoolKey Key(string clientId, string secret)
    {
        Assert.True(AppUrl.TryParse("https://access.example.com", PlainHttp.Loopback, out var gateway, out _));
        var credential = new ClientCredential(new ServiceCredential(clientId, new Secret(secret)), null);
        return PoolKey.Of(new GatewayRequest { App = gateway, Gateway = gateway, Credential = credential, UserAgent = "fastproxy/test" });
    }
}
