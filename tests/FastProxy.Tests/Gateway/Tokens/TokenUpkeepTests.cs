using FastProxy.Access.Changes;
using FastProxy.Access.Organizations;
using FastProxy.Access.Tokens;
using FastProxy.Gateway;
using FastProxy.Gateway.Sessions;
using FastProxy.Gateway.Tokens;
using FastProxy.Storage;
using FastProxy.Tests.Access;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Gateway.Tokens;

public sealed class TokenUpkeepTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly JumpingTime _time = new();
    private readonly LineLog _log = new();
    private SqliteAccessStore _store = null!;
    private TokenUpkeep _upkeep = null!;

    public async Task InitializeAsync()
    {
        _store = SqliteAccessStore.Open(_directory.Data, _time, NullLogger<SqliteAccessStore>.Instance);
        await SetAsync(new ServiceTokenInactivity(true, 30, InactivityAction.Disable));
        _upkeep = new TokenUpkeep(_store, new SessionRegistry(GatewayFixture.Limits, new DescriptorBudget(100)), _time, _log);
    }

    public async Task DisposeAsync()
    {
        await _upkeep.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_token_that_nobody_uses_is_switched_off_when_its_days_are_over()
    {
        var (forgotten, used) = (await CreateAsync("forgotten"), await CreateAsync("used"));
        for (var day = 0; day < 29; day++)
        {
            await PassAsync(TimeSpan.FromDays(1));
        }

        _store.MarkTokenSeen(used, _time.GetUtcNow());
        await PassAsync(TimeSpan.FromDays(1) - TokenUpkeep.Interval);
        Assert.True(IsOn(forgotten));

        await PassAsync(TokenUpkeep.Interval * 2);
        Assert.Contains("forgotten", await _log.ReadAsync("TokenRetired"), StringComparison.Ordinal);
        Assert.False(IsOn(forgotten));
        Assert.True(IsOn(used));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-400)]
    public async Task A_clock_that_jumps_retires_nobody_in_either_direction(int days)
    {
        var token = await CreateAsync("ci");
        await PassAsync(TimeSpan.FromHours(2));

        _time.Ahead += TimeSpan.FromDays(days);
        await PassAsync(SteadyClock.Patience - TokenUpkeep.Interval);
        Assert.True(IsOn(token));

        // Put right in time: nothing has happened.
        _time.Ahead -= TimeSpan.FromDays(days);
        await PassAsync(TimeSpan.FromHours(3));
        Assert.True(IsOn(token));
        Assert.Equal(0, _log.Count("TokenRetired"));
    }

    [Fact]
    public async Task Nobody_is_retired_where_nobody_asked_for_it()
    {
        await SetAsync(new ServiceTokenInactivity(false, 30, InactivityAction.Delete));
        var token = await CreateAsync("ci");
        for (var days = 0; days < 100; days += 10)
        {
            await PassAsync(TimeSpan.FromDays(10));
        }

        Assert.True(IsOn(token));
    }

    [Fact]
    public async Task A_secret_whose_overlap_is_over_is_thrown_away()
    {
        var id = await CreateAsync("rotated");
        var end = _time.GetUtcNow().AddHours(3);
        Assert.True((await _store.UpdateTokenAsync(id, token => token.Rotated(ClientSecret.Create().ToHash(), end, 2, _time.GetUtcNow()), default)).IsOk);
        Assert.True(_store.Current.TryGetToken(id, out var before));

        await PassAsync(TimeSpan.FromHours(3) - TokenUpkeep.Interval);
        Assert.True(_store.Current.TryGetToken(id, out var token));
        Assert.NotNull(token.PreviousSecret);

        await PassAsync(TokenUpkeep.Interval * 2);
        Assert.True(_store.Current.TryGetToken(id, out token));
        Assert.Equal((null, null, before.UpdatedAt), (token.PreviousSecret, token.PreviousSecretExpiresAt, token.UpdatedAt));
    }

    [Fact]
    public async Task A_look_that_fails_is_told_and_not_the_last()
    {
        var token = await CreateAsync("ends");
        Assert.True((await _store.UpdateTokenAsync(token, old => old with { ExpiresAt = _time.GetUtcNow().AddDays(3) }, default)).IsOk);
        var log = new FailingLogger("TokenExpiresSoon");
        await using var upkeep = new TokenUpkeep(_store, new SessionRegistry(GatewayFixture.Limits, new DescriptorBudget(100)), _time, log);

        for (var looks = 1; looks < 4; looks++)
        {
            await Eventually.IsTrueAsync(() => upkeep.Looks >= looks);
            _time.Advance(TokenUpkeep.Interval);
        }

        Assert.Contains("UpkeepFailed", log.Events);
    }

    private bool IsOn(Guid id) => _store.Current.TryGetToken(id, out var token) && token.Enabled;

    private async Task<Guid> CreateAsync(string name)
    {
        var token = Sample.Token(name) with { CreatedAt = _time.GetUtcNow(), UpdatedAt = _time.GetUtcNow() };
        Assert.True((await _store.CreateTokenAsync(token, default)).IsOk);
        return token.Id;
    }

    private async Task SetAsync(ServiceTokenInactivity inactivity) => Assert.True((await _store.ChangeAsync(
        snapshot => OrganizationChanges.Update(snapshot, old => old with { ServiceTokenInactivity = inactivity }, _time.GetUtcNow()), default)).IsOk);

    /// <summary>Lets time pass, at least two looks long, until the upkeep has looked at what has become of it.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        _time.Advance(time - (2 * TokenUpkeep.Interval));
        for (var i = 0; i < 2; i++)
        {
            // The first of the two may have begun before the time had passed.
            var looks = _upkeep.Looks;
            _time.Advance(TokenUpkeep.Interval);
            await Eventually.IsTrueAsync(() => _upkeep.Looks > looks);
        }
    }
}
