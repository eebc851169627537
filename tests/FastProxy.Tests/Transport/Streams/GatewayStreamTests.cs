using System.Net.Sockets;
using System.Text.Json;
using FastProxy.Testing.Raw;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Transport.Streams;

/// <summary>The gateway's end of a stream, driven by hand from both sides.</summary>
public sealed class GatewayStreamTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_session_that_is_ended_from_outside_in_its_last_moment_is_closed_once_and_the_next_one_lives()
    {
        await using var peer = await Peer.StartAsync();
        var session = await peer.OpenAsync(1);
        Assert.Equal(ReasonCode.Ok, await session.FinishAsync(ReasonCode.Ok));

        // The registration with which a revocation ends a session is taken back a moment after the session's end.
        session.Abort(ReasonCode.Revoked);
        Assert.Equal(("closed", "ok"), await peer.ReadAsync());
        await peer.OpenAsync(2);

        // Longer than the last words of an aborted stream may take.
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(2.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => peer.Raw.ReadAsync(enough.Token));
    }

    [Fact]
    public async Task Starts_no_session_above_the_last_one_that_a_drain_has_named()
    {
        await using var peer = await Peer.StartAsync();
        var session = await peer.OpenAsync(1);
        peer.Stream.Drain(ReasonCode.Shutdown);
        Assert.Equal(("drain", "shutdown"), await peer.ReadAsync());
        await session.FinishAsync(ReasonCode.Ok);
        Assert.Equal(("closed", "ok"), await peer.ReadAsync());
        await peer.Raw.WriteTextAsync("""{"type":"open","id":2}""", CancellationToken.None);
        Assert.Null(await peer.Stream.WaitForOpenAsync().WaitAsync(s_patience));
    }

    private sealed class Peer : IAsyncDisposable
    {
        public required GatewayStream Stream { get; init; }

        public required RawWebSocket Raw { get; init; }

        public static async Task<Peer> StartAsync()
        {
            var (ours, theirs) = await Tunnel.ConnectAsync();
            return new Peer
            {
                Stream = new GatewayStream(new SocketEnd(ours, ReasonCode.StreamLost), TimeProvider.System),
                Raw = new RawWebSocket(new NetworkStream(theirs, ownsSocket: true), PeerRole.Server),
            };
        }

        public async Task<GatewaySession> OpenAsync(long id)
        {
            await Raw.WriteTextAsync($$"""{"type":"open","id":{{id}}}""", CancellationToken.None);
            Assert.Equal(id, (await Stream.WaitForOpenAsync().WaitAsync(s_patience))!.Value.Id);
            var session = await Stream.OpenAsync("r");
            Assert.Equal(("opened", null), await ReadAsync());
            return session!;
        }

        public async Task<(string? Type, string? Code)> ReadAsync()
        {
            var message = await Raw.ReadAsync(CancellationToken.None).WaitAsync(s_patience);
            Assert.Equal(Opcode.Text, message.Opcode);
            var root = JsonDocument.Parse(message.Text).RootElement;
            return (root.GetProperty("type").GetString(), root.TryGetProperty("code", out var code) ? code.GetString() : null);
        }

        public async ValueTask DisposeAsync()
        {
            await Raw.DisposeAsync();
            Stream.Abort();
            await Stream.CloseAsync();
        }
    }
}
