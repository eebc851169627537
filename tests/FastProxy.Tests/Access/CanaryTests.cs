using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class CanaryTests
{
    private static readonly IssuedServiceToken s_canary = Canary("bait");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_canary_answers_as_an_unknown_token_whatever_its_state(bool enabled)
    {
        var snapshot = Sample.Snapshot([s_canary.Token with { Enabled = enabled }]);
        var unknown = TokenAuthenticator.Authenticate(snapshot, ClientId.Create(), s_canary.Secret.Reveal(), Sample.Now);
        var presented = TokenAuthenticator.Authenticate(snapshot, s_canary.Token.ClientId, s_canary.Secret.Reveal(), Sample.Now);
        var expired = TokenAuthenticator.Authenticate(snapshot, s_canary.Token.ClientId, s_canary.Secret.Reveal(), Sample.Now.AddYears(2));

        Assert.Equal(unknown, presented with { ClaimedTokenId = null });
        Assert.Equal(unknown, expired with { ClaimedTokenId = null });
        Assert.Equal(s_canary.Token.Id, presented.ClaimedTokenId);
    }

    [Fact]
    public void A_previous_secret_of_a_canary_does_not_work_either()
    {
        var rotated = s_canary.Token.Rotated(ClientSecret.Create().ToHash(), Sample.Now.AddHours(1), 2, Sample.Now);
        var result = TokenAuthenticator.Authenticate(Sample.Snapshot([rotated]), rotated.ClientId, s_canary.Secret.Reveal(), Sample.Now);
        Assert.Equal(AuthenticationStatus.Unknown, result.Status);
        Assert.True(Sample.Snapshot([rotated]).Canaries.TryFindBySecret(s_canary.Secret.Reveal(), out var found));
        Assert.Equal(rotated, found);
    }

    [Fact]
    public void Canaries_are_found_by_id_and_by_secret_and_nothing_else_is()
    {
        var other = Sample.Issued("ci");
        var canaries = Sample.Snapshot([s_canary.Token, other.Token]).Canaries;

        Assert.False(canaries.IsEmpty);
        Assert.True(canaries.TryFindByClientId(s_canary.Token.ClientId, out var byId));
        Assert.Equal("bait", byId.Name);
        Assert.True(canaries.TryFindBySecret(s_canary.Secret.Reveal(), out var bySecret));
        Assert.Equal("bait", bySecret.Name);
        Assert.False(canaries.TryFindByClientId(other.Token.ClientId, out _));
        Assert.False(canaries.TryFindBySecret(other.Secret.Reveal(), out _));
        Assert.False(canaries.TryFindBySecret(s_canary.Secret.Reveal() + new string('0', ClientSecret.MaximumLength), out _));
        Assert.True(Sample.Snapshot([other.Token]).Canaries.IsEmpty);
    }

    internal static IssuedServiceToken Canary(string name)
    {
        var issued = Sample.Issued(name, TimeSpan.FromHours(8760));
        return issued with { Token = issued.Token with { IsCanary = true } };
    }
}
