using System.Text.RegularExpressions;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class TokenTests
{
    [Fact]
    public void A_client_id_is_32_hex_digits_and_access()
    {
        var clientId = ClientId.Create();
        Assert.Matches(new Regex(@"\A[0-9a-f]{32}\.access\z"), clientId);
        Assert.NotEqual(clientId, ClientId.Create());
        Assert.True(ClientId.IsValid(clientId));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef.access.example.com", true)]
    [InlineData("0123456789abcdef0123456789abcdef.access.", false)]
    [InlineData("0123456789abcdef0123456789abcdef.accessory", false)]
    [InlineData("0123456789ABCDEF0123456789abcdef.access", false)]
    [InlineData("0123456789abcdef0123456789abcde.access", false)]
    [InlineData("0123456789abcdef0123456789abcdef", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Which_client_ids_may_be_taken_over(string? text, bool valid) => Assert.Equal(valid, ClientId.IsValid(text));

    [Fact]
    public void A_client_secret_is_64_hex_digits()
    {
        var secret = ClientSecret.Create();
        Assert.Matches(new Regex(@"\A[0-9a-f]{64}\z"), secret.Reveal());
        Assert.NotEqual(secret.Reveal(), ClientSecret.Create().Reveal());
    }

    [Fact]
    public void Nothing_prints_a_secret_or_its_hash()
    {
        var issued = Sample.Issued("ci");
        var token = issued.Token with { PreviousSecret = ClientSecret.Create().ToHash() };
        var hash = Convert.ToHexString(token.Secret.ToByteArray());
        var text = $"{issued} {issued.Secret} {token} {token.Secret} {new AuthenticationResult(AuthenticationStatus.Authenticated, token, false, token.Id)}";
        Assert.DoesNotContain(issued.Secret.Reveal(), text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(hash, text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("[redacted]", text, StringComparison.Ordinal);
        Assert.Contains("[hash]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_import_does_not_repeat_the_secret()
    {
        var bad = "hunter2 hunter2 hunter2 hunter2 hunter2";
        Assert.False(ClientSecret.TryImport(bad, out _, out var error));
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        Assert.False(ClientSecret.TryImport("short", out _, out _));
        Assert.False(ClientSecret.TryImport(new string('a', 257), out _, out _));
        Assert.True(ClientSecret.TryImport("cfast_" + new string('A', 48), out var secret, out _));
        Assert.True(secret.ToHash().Matches("cfast_" + new string('A', 48)));
    }

    [Fact]
    public void A_hash_survives_storage_and_matches_its_secret_alone()
    {
        var secret = ClientSecret.Create();
        Assert.True(SecretHash.TryFromBytes(secret.ToHash().ToByteArray(), out var hash));
        Assert.Equal(secret.ToHash(), hash);
        Assert.True(hash.Matches(secret.Reveal()));
        Assert.False(hash.Matches(secret.Reveal().ToUpperInvariant()));
        Assert.False(hash.Matches(""));
        Assert.False(default(SecretHash).Matches(""));
        Assert.False(SecretHash.TryFromBytes([1, 2, 3], out _));
    }

    [Fact]
    public void A_secret_beyond_the_limit_never_matches_even_where_what_is_hashed_is_equal()
    {
        var longest = new string('a', ClientSecret.MaximumLength);
        var hash = SecretHash.Of(longest);
        Assert.True(hash.Matches(longest));
        Assert.False(hash.Matches(longest + "a"));
    }

    [Fact]
    public void A_new_duration_starts_now_and_none_never_ends()
    {
        var token = Sample.Issued("ci", TimeSpan.FromHours(1)).Token;
        Assert.Equal(Sample.Now.AddHours(1), token.ExpiresAt);
        Assert.False(token.IsExpired(Sample.Now.AddHours(1).AddTicks(-1)));
        Assert.True(token.IsExpired(Sample.Now.AddHours(1)));

        var later = token.WithDuration(TimeSpan.FromHours(2), Sample.Now.AddDays(1));
        Assert.Equal(Sample.Now.AddDays(1).AddHours(2), later.ExpiresAt);
        Assert.Null(token.WithDuration(null, Sample.Now).ExpiresAt);
        Assert.False(token.WithDuration(null, Sample.Now).IsExpired(DateTimeOffset.MaxValue));
    }
}
