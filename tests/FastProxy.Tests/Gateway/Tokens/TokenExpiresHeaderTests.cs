using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Testing.Peers;

namespace FastProxy.Tests.Gateway.Tokens;

public sealed class TokenExpiresHeaderTests
{
    private const string Host = "app.example.com";
    private const string Ours = "Sec-WebSocket-Protocol: fastproxy.v1\r\n";

    [Theory]
    [InlineData(29, true, Ours, true)]
    [InlineData(31, true, Ours, false)]
    [InlineData(29, true, "", false)]
    [InlineData(29, false, Ours, false)]
    public async Task Only_our_client_is_told_and_only_when_it_has_proved_a_token_that_ends_soon(int days, bool rightSecret, string headers, bool told)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        var end = new DateTimeOffset(gateway.Time.GetUtcNow().AddDays(days).Date, TimeSpan.Zero);
        Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, old => old with { ExpiresAt = end }, default)).IsOk);
        var presented = rightSecret ? token : token with { Secret = ClientSecret.Create() };

        var head = await HeadAsync(gateway, GatewayFixture.Upgrade(Host, GatewayFixture.Pair(presented) + headers));

        Assert.StartsWith(rightSecret ? "HTTP/1.1 101 " : "HTTP/1.1 401 ", head, StringComparison.Ordinal);
        Assert.Equal(told, head.Contains($"FastProxy-Token-Expires: {end:yyyy-MM-dd}T00:00:00Z\r\n", StringComparison.Ordinal));
        Assert.Equal(told, head.Contains("Token-Expires", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> HeadAsync(GatewayFixture gateway, string request)
    {
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(request));
        var head = "";
        var one = new byte[1];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one).WaitAsync(TimeSpan.FromSeconds(60)) > 0)
        {
            head += (char)one[0];
        }

        return head;
    }
}
