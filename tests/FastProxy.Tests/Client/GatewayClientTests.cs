using System.Net;
using System.Net.Sockets;
using FastProxy.Access.Policies;
using FastProxy.Client;
using FastProxy.Client.Middleware;
using FastProxy.Client.Pooling;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Dialing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FastProxy.Tests.Client;

/// <summary>The middleware as a developer uses it: in an ordinary host, on the transport that comes with it.</summary>
public sealed class GatewayClientTests
{
    [Fact]
    public async Task A_listener_of_an_ordinary_host_leads_to_the_application()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync("app.example.com", $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var client = new GatewayClient(new GatewayClientOptions
        {
            Gateway = $"http://localhost:{gateway.Address.Port}",
            ClientId = token.Token.ClientId,
            ClientSecret = token.Secret.Reveal(),
            Proxy = ProxySettings.None,
            ConnectTimeout = TimeSpan.FromMinutes(1),
        });
        ListenOptions? bound = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.UseFastProxy(client.To("app.example.com"));
            bound = listen;
        }));
        await using var host = builder.Build();
        await host.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(bound!.IPEndPoint!);
            await socket.SendAsync("hello"u8.ToArray());
            var answer = new byte[5];
            for (var got = 0; got < answer.Length;)
            {
                var count = await socket.ReceiveAsync(answer.AsMemory(got)).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
                Assert.NotEqual(0, count);
                got += count;
            }

            Assert.Equal("hello"u8.ToArray(), answer);
        }

        var (url, id, counters) = Assert.Single(client.Pools.Counters);
        Assert.Equal(($"http://localhost:{gateway.Address.Port}", token.Token.ClientId, 5L), (url, id, counters.HandOuts));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("https://a b", null, null, "cannot be used")]
    [InlineData(null, "id", null, "together")]
    [InlineData(null, null, "secret", "together")]
    public void Options_that_cannot_be_used_are_refused_at_once(string? gateway, string? id, string? secret, string expected)
    {
        var options = new GatewayClientOptions { Gateway = gateway, ClientId = id, ClientSecret = secret, Pool = StreamPoolOptions.Default };
        var exception = Assert.Throws<ArgumentException>(() => new GatewayClient(options));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
