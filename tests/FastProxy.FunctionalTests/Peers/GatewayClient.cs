using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Raw;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Peers;

/// <summary>Connections to a gateway that are not made by our client.</summary>
public static class GatewayClient
{
    /// <summary>A session of a stock client.</summary>
    public static async Task<StockCloudflaredClient> StockAsync(GatewayProcess gateway, string host, ServiceToken token, CancellationToken cancellationToken)
    {
        var stream = await gateway.ConnectTlsAsync(host, cancellationToken);
        var handshake = await StockCloudflaredClient.ConnectAsync(stream, gateway.Address(host), token.Headers, cancellationToken);
        Assert.True(handshake.Client is not null, handshake.Head.Text + handshake.Body);
        return handshake.Client;
    }

    /// <summary>A session driven frame by frame: stock, or <c>fastproxy.v1</c> opened with the upgrade.</summary>
    public static async Task<RawWebSocketPeer> RawAsync(GatewayProcess gateway, string host, ServiceToken token, bool ours, CancellationToken cancellationToken)
    {
        var stream = await gateway.ConnectTlsAsync(host, cancellationToken);
        IEnumerable<(string, string)> offer = ours ? [("Sec-WebSocket-Protocol", "fastproxy.v1"), ("FastProxy-Open", $"app=\"{host}\"")] : [];
        var peer = await RawWebSocketPeer.UpgradeAsync(stream, gateway.Address(host), "/", [.. token.Headers, .. offer], cancellationToken);
        Assert.True(peer.Head.Status == 101, peer.Head.Text);
        return peer;
    }

    /// <summary>A <c>fastproxy.v1</c> stream without a session, driven frame by frame.</summary>
    public static async Task<RawWebSocketPeer> RawStreamAsync(GatewayProcess gateway, string host, ServiceToken token, CancellationToken cancellationToken)
    {
        var stream = await gateway.ConnectTlsAsync(host, cancellationToken);
        var peer = await RawWebSocketPeer.UpgradeAsync(
            stream, gateway.Address(host), "/", [.. token.Headers, ("Sec-WebSocket-Protocol", "fastproxy.v1")], cancellationToken);
        Assert.True(peer.Head.Status == 101, peer.Head.Text);
        return peer;
    }
}
