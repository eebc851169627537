using FastProxy.Access.Changes;
using FastProxy.Access.Organizations;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

/// <summary>What time and revocation do to tokens.</summary>
public sealed class TokenLifeTests
{
    private static readonly ServiceTokenInactivity s_disable = new(true, 30, InactivityAction.Disable);

    [Theory]
    [InlineData(30 * 24 + 1, ExpiryWarning.None)]
    [InlineData(30 * 24, ExpiryWarning.Month)]
    [InlineData(7 * 24 + 1, ExpiryWarning.Month)]
    [InlineData(7 * 24, ExpiryWarning.Week)]
    [InlineData(25, ExpiryWarning.Week)]
    [InlineData(24, ExpiryWarning.Day)]
    [InlineData(1, ExpiryWarning.Day)]
    [InlineData(0, ExpiryWarning.Expired)]
    [InlineData(-1000, ExpiryWarning.Expired)]
    public void The_nearer_the_end_the_louder(int hours, ExpiryWarning warning)
    {
        Assert.Equal(warning, (Sample.Token("ci") with { ExpiresAt = Sample.Now.AddHours(hours) }).WarningAt(Sample.Now));
        Assert.Equal(ExpiryWarning.None, Sample.Token("ci").WarningAt(Sample.Now));
    }

    [Fact]
    public void A_token_that_nothing_names_is_deleted_by_its_revocation()
    {
        var token = Sample.Token("ci");
        var change = TokenChanges.Revoke(Sample.Snapshot([token]), token.Id, Sample.Now);
        Assert.Empty(change.Next!.Tokens);
        Assert.Empty(change.Result.Value!.NamedBy);
    }

    [Fact]
    public void A_revoked_token_that_is_named_and_switched_on_again_lets_nobody_in()
    {
        var issued = Sample.Issued("ci");
        var (old, token) = (ClientSecret.Create(), issued.Token);
        token = token with { PreviousSecret = old.ToHash(), PreviousSecretExpiresAt = Sample.Now.AddHours(1), SecretVersion = 2 };
        var group = Sample.Group("g", [new ServiceTokenRule(token.Id)]);
        var change = TokenChanges.Revoke(Sample.Snapshot([token], groups: [group]), token.Id, Sample.Now);
        Assert.Equal("group 'g'", Assert.Single(change.Result.Value!.NamedBy));
        Assert.False(change.Result.Value.Token.Enabled);

        var on = TokenChanges.Update(change.Next!, token.Id, t => t with { Enabled = true }, Sample.Now).Next!;
        foreach (var secret in new[] { issued.Secret, old })
        {
            Assert.Equal(AuthenticationStatus.Unknown, TokenAuthenticator.Authenticate(on, token.ClientId, secret.Reveal(), Sample.Now).Status);
        }

        // A new secret makes a new credential of it, and no old one is there to go on.
        var next = ClientSecret.Create();
        Assert.Null(on.Tokens.Single(t => t.Id == token.Id).Rotated(next.ToHash(), Sample.Now.AddHours(1), 9, Sample.Now).PreviousSecret);
        var rotated = TokenChanges.Update(on, token.Id, t => t.Rotated(next.ToHash(), null, t.SecretVersion + 1, Sample.Now), Sample.Now).Next!;
        Assert.Equal(AuthenticationStatus.Authenticated, TokenAuthenticator.Authenticate(rotated, token.ClientId, next.Reveal(), Sample.Now).Status);
        Assert.Equal(MutationStatus.NotFound, TokenChanges.Revoke(rotated, Guid.NewGuid(), Sample.Now).Result.Status);
    }

    [Fact]
    public void Only_a_token_in_force_that_nobody_used_names_or_set_out_as_bait_is_retired()
    {
        var named = Sample.Token("named");
        var used = Sample.Token("used");
        ServiceToken[] tokens =
        [
            Sample.Token("forgotten"),
            named,
            used,
            Sample.Token("off") with { Enabled = false },
            CanaryTests.Canary("bait").Token,
            Sample.Token("changed") with { UpdatedAt = Sample.Now.AddDays(1) },
            Sample.Token("new") with { CreatedAt = Sample.Now.AddDays(1) },
        ];
        var snapshot = Sample.Snapshot(tokens, groups: [Sample.Group("g", [new ServiceTokenRule(named.Id)])]);
        DateTimeOffset? LastSeen(Guid id) => id == used.Id ? Sample.Now.AddDays(1) : null;

        var change = TokenChanges.RetireInactive(snapshot, s_disable, LastSeen, Sample.Now.AddDays(30));

        Assert.Equal(["forgotten"], change.Result.Value!.Tokens.Select(token => token.Name));
        Assert.Equal(["forgotten", "off"], change.Next!.Tokens.Where(token => !token.Enabled).Select(token => token.Name).Order());

        // Switched on again it has its time again.
        var on = TokenChanges.Update(change.Next!, tokens[0].Id, token => token with { Enabled = true }, Sample.Now.AddDays(31)).Next!;
        Assert.DoesNotContain("forgotten", Retired(on, Sample.Now.AddDays(60.9)));
        Assert.Contains("forgotten", Retired(on, Sample.Now.AddDays(61)));

        IEnumerable<string> Retired(AccessSnapshot current, DateTimeOffset now) =>
            TokenChanges.RetireInactive(current, s_disable, LastSeen, now).Result.Value?.Tokens.Select(token => token.Name) ?? [];
    }

    [Fact]
    public void Deletion_deletes_a_switched_off_policy_does_nothing_and_nobody_is_retired_before_its_time()
    {
        var snapshot = Sample.Snapshot([Sample.Token("forgotten")]);
        Assert.Empty(TokenChanges.RetireInactive(snapshot, s_disable with { Action = InactivityAction.Delete }, _ => null, Sample.Now.AddDays(30)).Next!.Tokens);
        Assert.Null(TokenChanges.RetireInactive(snapshot, s_disable with { Enabled = false }, _ => null, Sample.Now.AddDays(300)).Next);
        Assert.Null(TokenChanges.RetireInactive(snapshot, s_disable, _ => null, Sample.Now.AddDays(29.99)).Next);
    }

    [Fact]
    public void Looking_for_tokens_to_retire_looks_at_each_rule_once()
    {
        var tokens = Enumerable.Range(0, 500).Select(i => Sample.Token($"t{i}")).ToList();
        var snapshot = Sample.Snapshot(tokens, groups: tokens.Select(token => Sample.Group(token.Name, [new ServiceTokenRule(token.Id)])));
        long Cost(int days)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Null(TokenChanges.RetireInactive(snapshot, s_disable, _ => null, Sample.Now.AddDays(days)).Next);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Cost(31);

        // A list of the inactive ones and a set of the named ones: some tens of bytes for each.
        Assert.InRange(Cost(31), 0, 500 * 1024);
    }

    [Fact]
    public void A_clock_that_stands_before_the_last_use_retires_nobody()
    {
        var token = Sample.Token("ci");
        Assert.Null(TokenChanges.RetireInactive(Sample.Snapshot([token]), s_disable, _ => Sample.Now.AddYears(10), Sample.Now.AddYears(1)).Next);
        Assert.Null(TokenChanges.RetireInactive(Sample.Snapshot([token]), s_disable, _ => null, Sample.Now.AddYears(-1)).Next);
    }
}
