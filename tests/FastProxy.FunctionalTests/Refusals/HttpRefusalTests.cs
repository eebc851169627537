using System.Globalization;
using System.Text;
using System.Text.Json;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Raw;

namespace FastProxy.FunctionalTests.Refusals;

/// <summary>The gateway's answers as they stand on the wire, over TLS.</summary>
public sealed class HttpRefusalTests(RefusingGateway refusing) : IClassFixture<RefusingGateway>, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(Refused.WrongSecret, 401, "token_unknown")]
    [InlineData(Refused.UnknownId, 401, "token_unknown")]
    [InlineData(Refused.Expired, 401, "token_expired")]
    [InlineData(Refused.Disabled, 401, "token_disabled")]
    [InlineData(Refused.NoCredential, 401, "credentials_missing")]
    [InlineData(Refused.OnlyId, 401, "credentials_malformed")]
    [InlineData(Refused.OnlySecret, 401, "credentials_malformed")]
    [InlineData(Refused.DuplicatedId, 401, "credentials_malformed")]
    [InlineData(Refused.EmptyId, 401, "credentials_malformed")]
    [InlineData(Refused.EmptySecret, 401, "credentials_malformed")]
    [InlineData(Refused.NotAdmitted, 403, "policy_denied")]
    [InlineData(Refused.UnknownHost, 404, "app_unknown")]
    [InlineData(Refused.DeadOrigin, 502, "origin_refused")]
    public async Task AreCompleteAndSayWhy(Refused why, int status, string reason)
    {
        var host = why switch { Refused.UnknownHost => "elsewhere.test.localhost", Refused.DeadOrigin => refusing.DeadHost, _ => refusing.Host };
        var stream = await refusing.Gateway.ConnectTlsAsync(host, _limit.Token);

        await using var peer = await RawWebSocketPeer.UpgradeAsync(stream, refusing.Gateway.Address(host), "/", Headers(why), _limit.Token);
        var body = await peer.Head.ReadBodyAsync(stream, _limit.Token);

        Assert.Equal(status, peer.Head.Status);
        Assert.Equal(reason, peer.Head.Value("Cf-Access-Error"));
        Assert.Equal(body.Length.ToString(CultureInfo.InvariantCulture), peer.Head.Value("Content-Length"));
        Assert.Equal("close", peer.Head.Value("Connection"));
        Assert.Matches("^[0-9a-f]{16}$", peer.Head.Value("FastProxy-Request"));
        Assert.Equal(peer.Head.Value("FastProxy-Request"), peer.Head.Value("Cf-Ray"));
        Assert.Empty(peer.Head.Values("Location"));
        Assert.Empty(peer.Head.Values("Set-Cookie"));
        using var json = JsonDocument.Parse(body);
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(reason, error.GetProperty("code").GetString());
        Assert.Equal(peer.Head.Value("FastProxy-Request"), error.GetProperty("request_id").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.DoesNotContain(refusing.Good.Secret, peer.Head.Text + Encoding.UTF8.GetString(body), StringComparison.Ordinal);

        // The answer is the last word: close_notify and FIN follow at once.
        Assert.Equal(0, await stream.ReadAsync(new byte[1], _limit.Token));
    }

    private IEnumerable<(string Name, string Value)> Headers(Refused why)
    {
        var good = refusing.Good;
        return why switch
        {
            Refused.WrongSecret => (good with { Secret = new string('0', 64) }).Headers,
            Refused.UnknownId => (good with { Id = new string('0', 32) + ".access" }).Headers,
            Refused.Expired => refusing.Expired.Headers,
            Refused.Disabled => refusing.Disabled.Headers,
            Refused.NoCredential => [],
            Refused.OnlyId => [good.Headers[0]],
            Refused.OnlySecret => [good.Headers[1]],
            Refused.DuplicatedId => [good.Headers[0], good.Headers[0], good.Headers[1]],
            Refused.EmptyId => (good with { Id = "" }).Headers,
            Refused.EmptySecret => (good with { Secret = "" }).Headers,
            Refused.NotAdmitted => refusing.Other.Headers,
            _ => good.Headers,
        };
    }
}
