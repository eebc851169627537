using System.Net;
using FastProxy.Access.Policies;
using FastProxy.Gateway;
using FastProxy.Gateway.Http;
using FastProxy.Gateway.Origins;
using FastProxy.Gateway.Sessions;
using FastProxy.Testing.Peers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Gateway;

public sealed class UpgradeEndpointTests
{
    private const string Host = "app.example.com";

    [Fact]
    public async Task An_upgrade_that_fails_in_an_unforeseen_way_gives_the_session_and_its_origin_back()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        var options = new GatewayOptions { DataDirectory = "/", Listeners = [], Limits = GatewayFixture.Limits };
        var budget = new DescriptorBudget(options.Limits.Descriptors);
        var authorizer = new Authorizer(gateway.Store, new SessionCounters(), gateway.Time);
        var sessions = new SessionRegistry(options.Limits, budget);
        var runner = new SessionRunner(authorizer, sessions, new OriginDialer(options, gateway.Time), gateway.Decisions, new SessionCounters(), options, gateway.Time, NullLogger.Instance);
        var endpoint = new UpgradeEndpoint(authorizer, runner, new StreamRunner(authorizer, runner, gateway.Time), new StreamRegistry(authorizer, options.Limits, options.Keepalive, budget, gateway.Time), new CallerCountry(options, null), options);

        await Assert.ThrowsAsync<NotSupportedException>(() => endpoint.HandleAsync(Request(token.Token.ClientId, token.Secret.Reveal()), "0123456789abcdef"));

        Assert.Equal(0, sessions.Count);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await origin.WaitForEndedAsync(1, patience.Token);
    }

    private static DefaultHttpContext Request(string clientId, string secret)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpUpgradeFeature>(new BrokenUpgrade());
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Method = "GET";
        context.Request.Host = new HostString(Host);
        context.Request.Path = "/";
        var headers = context.Request.Headers;
        headers.Upgrade = "websocket";
        headers.SecWebSocketVersion = "13";
        headers.SecWebSocketKey = "dGhlIHNhbXBsZSBub25jZQ==";
        headers[PresentedCredential.IdHeader] = clientId;
        headers[PresentedCredential.SecretHeader] = secret;
        return context;
    }

    private sealed class BrokenUpgrade : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => throw new NotSupportedException();
    }
}
