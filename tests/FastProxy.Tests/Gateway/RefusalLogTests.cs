using System.Net.Sockets;
using System.Text;
using FastProxy.Access.Policies;

namespace FastProxy.Tests.Gateway;

/// <summary>Whether the log says who was refused, as far as that may be said.</summary>
public sealed class RefusalLogTests
{
    private const string Host = "app.example.com";
    private const string Stranger = "0123456789abcdef0123456789abcdef.access";

    [Fact]
    public async Task An_unknown_client_is_found_by_the_id_it_presented()
    {
        using var log = new LineLog();
        await using var gateway = await StartAsync(log);
        await AskAsync(gateway, Stranger, "wrong");
        Assert.Contains($"of nobody (client id {Stranger}) from 127.0.0.1 to {Host} was refused: token_unknown, ", await log.ReadAsync("Refused"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_not_the_form_of_an_id_is_not_written_down()
    {
        using var log = new LineLog();
        await using var gateway = await StartAsync(log);
        var token = await gateway.AddTokenAsync();
        await AskAsync(gateway, token.Secret.Reveal(), token.Token.ClientId);
        Assert.Contains("of nobody (client id -) from", await log.ReadAsync("Refused"), StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret.Reveal(), log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_proved_has_its_name_though_it_is_switched_off()
    {
        using var log = new LineLog();
        await using var gateway = await StartAsync(log);
        var token = await gateway.AddTokenAsync(enabled: false);
        await AskAsync(gateway, token.Token.ClientId, token.Secret.Reveal());
        Assert.Contains($"of {token.Token.Name} (client id {token.Token.ClientId}) from", await log.ReadAsync("Refused"), StringComparison.Ordinal);

        // With a wrong secret it is anybody's claim.
        await AskAsync(gateway, token.Token.ClientId, "wrong");
        Assert.Contains($"of nobody (client id {token.Token.ClientId}) from", await log.ReadAsync("Refused"), StringComparison.Ordinal);
    }

    private static async Task<GatewayFixture> StartAsync(LineLog log)
    {
        var gateway = await GatewayFixture.StartAsync(loggers: log);
        await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:9", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        return gateway;
    }

    private static async Task AskAsync(GatewayFixture gateway, string id, string secret)
    {
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(Host, $"Cf-Access-Client-Id: {id}\r\nCf-Access-Client-Secret: {secret}\r\n")));
        var answer = new byte[4096];
        var count = await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith("HTTP/1.1 40", Encoding.Latin1.GetString(answer, 0, count), StringComparison.Ordinal);
    }
}
