using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.FunctionalTests.Hostile;

/// <summary>Callers that go on talking while the gateway says goodbye over TLS: its last record is made while others are being read.</summary>
public sealed class GoodbyeTests : IAsyncLifetime
{
    private const string Host = "goodbye.test.localhost";
    private const int Streams = 40;
    private const int Rounds = 4;

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(3));
    private readonly EchoPeer _origin = new();
    private GatewayProcess _gateway = null!;

    public async Task InitializeAsync() => _gateway = await GatewayProcess.StartAsync();

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _origin.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task StreamsThatPingWhileTheyAreEndedAreToldWhyAndHarmNobody()
    {
        var token = await _gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{_origin.Port}");
        var name = Host.Replace('.', '-');
        for (var round = 0; round < Rounds; round++)
        {
            var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => GatewayClient.RawStreamAsync(_gateway, Host, token, _limit.Token)));
            var talking = streams.Select(TalkAsync).ToArray();
            await _gateway.Cli.RunAsync("token", "disable", name);
            var codes = await Task.WhenAll(talking);

            // A caller that has not read its Close before the connection is reset never sees it.
            Assert.All(codes, code => Assert.True(code is CloseCode.PolicyViolation or null, $"closed with {code}"));
            Assert.Contains(CloseCode.PolicyViolation, codes);
            await _gateway.Cli.RunAsync("token", "enable", name);
        }

        Assert.False(_gateway.Program.HasExited, _gateway.Log);
        await using var after = await GatewayClient.RawAsync(_gateway, Host, token, ours: true, _limit.Token);
    }

    /// <summary>Pings without a pause until the stream is over. Says with what it was closed; null for a reset, which may overtake the Close.</summary>
    private async Task<CloseCode?> TalkAsync(RawWebSocketPeer peer)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        var pinging = PingAsync(peer, over.Token);
        try
        {
            while (true)
            {
                switch (await peer.Socket.ReadAsync(_limit.Token))
                {
                    case { Kind: FrameEventKind.Pong }:
                        break;
                    case { Kind: FrameEventKind.None }:
                        return null;
                    case var last:
                        return last.Code;
                }
            }
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            await over.CancelAsync();
            await pinging;
            await peer.DisposeAsync();
        }
    }

    private static async Task PingAsync(RawWebSocketPeer peer, CancellationToken cancellationToken)
    {
        var ping = new RawFrame(0x80 | (byte)Opcode.Ping, "still here"u8.ToArray()) { Key = 0 };
        try
        {
            while (true)
            {
                await peer.WriteAsync(ping, cancellationToken);
                await Task.Yield();
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The stream is over.
        }
    }
}
