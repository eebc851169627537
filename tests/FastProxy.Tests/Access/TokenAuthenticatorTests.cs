using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class TokenAuthenticatorTests
{
    private static readonly IssuedServiceToken s_issued = Sample.Issued("ci", TimeSpan.FromHours(1));
    private static readonly ClientSecret s_previous = ClientSecret.Create();

    [Fact]
    public void The_right_secret_authenticates()
    {
        var result = Authenticate(s_issued.Token, s_issued.Secret.Reveal());
        Assert.Equal(AuthenticationStatus.Authenticated, result.Status);
        Assert.Equal(s_issued.Token, result.Token);
        Assert.False(result.UsedPreviousSecret);
    }

    [Fact]
    public void An_unknown_id_and_a_wrong_secret_answer_alike()
    {
        var snapshot = Sample.Snapshot([s_issued.Token]);
        var unknown = TokenAuthenticator.Authenticate(snapshot, ClientId.Create(), s_issued.Secret.Reveal(), Sample.Now);
        var wrong = TokenAuthenticator.Authenticate(snapshot, s_issued.Token.ClientId, ClientSecret.Create().Reveal(), Sample.Now);
        Assert.Equal(unknown, wrong with { ClaimedTokenId = null });
        Assert.Equal(AuthenticationStatus.Unknown, unknown.Status);
        Assert.Null(unknown.Token);

        // For the log alone.
        Assert.Null(unknown.ClaimedTokenId);
        Assert.Equal(s_issued.Token.Id, wrong.ClaimedTokenId);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\0")]
    public void Nothing_is_no_credential(string text)
    {
        var snapshot = Sample.Snapshot([s_issued.Token]);
        Assert.Equal(AuthenticationStatus.Unknown, TokenAuthenticator.Authenticate(snapshot, text, text, Sample.Now).Status);
        Assert.Equal(
            AuthenticationStatus.Unknown,
            TokenAuthenticator.Authenticate(AccessSnapshot.Empty, s_issued.Token.ClientId, s_issued.Secret.Reveal(), Sample.Now).Status);
    }

    [Fact]
    public void Input_without_end_is_unknown()
    {
        var endless = new string('f', 4 << 20);
        var snapshot = Sample.Snapshot([s_issued.Token]);
        Assert.Equal(AuthenticationStatus.Unknown, TokenAuthenticator.Authenticate(snapshot, endless, endless, Sample.Now).Status);
        Assert.Equal(
            AuthenticationStatus.Unknown,
            TokenAuthenticator.Authenticate(snapshot, s_issued.Token.ClientId, s_issued.Secret.Reveal() + endless, Sample.Now).Status);
    }

    [Theory]
    [InlineData(0, true, AuthenticationStatus.Authenticated)]
    [InlineData(60, true, AuthenticationStatus.Expired)]
    [InlineData(0, false, AuthenticationStatus.Disabled)]
    [InlineData(60, false, AuthenticationStatus.Disabled)]
    public void Expired_and_disabled_are_told_to_the_right_secret_only(int minutes, bool enabled, AuthenticationStatus status)
    {
        var token = s_issued.Token with { Enabled = enabled };
        var now = Sample.Now.AddMinutes(minutes);
        Assert.Equal(status, Authenticate(token, s_issued.Secret.Reveal(), now).Status);
        Assert.Equal(AuthenticationStatus.Unknown, Authenticate(token, ClientSecret.Create().Reveal(), now).Status);
    }

    [Theory]
    [InlineData(9, AuthenticationStatus.Authenticated)]
    [InlineData(10, AuthenticationStatus.Unknown)]
    public void A_previous_secret_works_until_its_time_is_over(int minutes, AuthenticationStatus status)
    {
        var result = Authenticate(Rotated(), s_previous.Reveal(), Sample.Now.AddMinutes(minutes));
        Assert.Equal(status, result.Status);
        Assert.Equal(status == AuthenticationStatus.Authenticated, result.UsedPreviousSecret);
        Assert.False(Authenticate(Rotated(), s_issued.Secret.Reveal(), Sample.Now.AddMinutes(minutes)).UsedPreviousSecret);
    }

    [Fact]
    public void A_previous_secret_without_an_end_does_not_work_and_disabling_stops_it()
    {
        Assert.Equal(
            AuthenticationStatus.Unknown,
            Authenticate(Rotated() with { PreviousSecretExpiresAt = null }, s_previous.Reveal()).Status);
        Assert.Equal(AuthenticationStatus.Disabled, Authenticate(Rotated() with { Enabled = false }, s_previous.Reveal()).Status);
    }

    [Fact]
    public void Authenticating_allocates_nothing()
    {
        var snapshot = Sample.Snapshot([s_issued.Token]);
        var secret = s_issued.Secret.Reveal();
        var unknown = ClientId.Create();
        var allocated = Allocation.Of(() =>
        {
            TokenAuthenticator.Authenticate(snapshot, s_issued.Token.ClientId, secret, Sample.Now);
            TokenAuthenticator.Authenticate(snapshot, unknown, secret, Sample.Now);
        });
        Assert.Equal(0, allocated);
    }

    private static ServiceToken Rotated() => s_issued.Token with
    {
        PreviousSecret = s_previous.ToHash(),
        PreviousSecretExpiresAt = Sample.Now.AddMinutes(10),
    };

    private static AuthenticationResult Authenticate(ServiceToken token, string secret, DateTimeOffset? now = null) =>
        TokenAuthenticator.Authenticate(Sample.Snapshot([token]), token.ClientId, secret, now ?? Sample.Now);
}
