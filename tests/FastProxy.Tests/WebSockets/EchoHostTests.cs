using System.Net.WebSockets;
using System.Text;
using FastProxy.Testing.Echo;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

/// <summary>The codec judged by .NET's own WebSocket client, and by a raw one that breaks the rules.</summary>
public sealed class EchoHostTests : IAsyncLifetime
{
    private readonly EchoHost _host = new();
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(60));

    private CancellationToken Token => _timeout.Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _timeout.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(1 << 20)]
    public async Task Echoes_bytes_of_a_foreign_client(int length)
    {
        using var client = await ConnectAsync();
        var sent = Frames.Pattern(length);
        await client.SendAsync(sent, WebSocketMessageType.Binary, true, Token);
        var (type, received) = await ReceiveAsync(client);
        Assert.Equal(WebSocketMessageType.Binary, type);
        Assert.Equal(sent, received);
        await CloseInOrderAsync(client);
    }

    [Fact]
    public async Task Echoes_text_sent_in_fragments_that_cut_characters()
    {
        using var client = await ConnectAsync();
        var sent = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("grün €𐍈 ", 1000)));
        for (var i = 0; i < sent.Length; i += 7)
        {
            await client.SendAsync(sent.AsMemory(i, Math.Min(7, sent.Length - i)), WebSocketMessageType.Text, i + 7 >= sent.Length, Token);
        }

        var (type, received) = await ReceiveAsync(client);
        Assert.Equal(WebSocketMessageType.Text, type);
        Assert.Equal(sent, received);
        await CloseInOrderAsync(client);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1011)]
    [InlineData(3000)]
    [InlineData(4999)]
    public async Task Answers_a_close_with_its_code(int code)
    {
        using var client = await ConnectAsync();
        await client.CloseAsync((WebSocketCloseStatus)code, "bye", Token);
        Assert.Equal((WebSocketCloseStatus)code, client.CloseStatus);
        Assert.Equal(System.Net.WebSockets.WebSocketState.Closed, client.State);
    }

    [Fact]
    public async Task Answers_an_empty_close_with_an_empty_close()
    {
        await using var peer = await RawAsync();
        await peer.WriteAsync(new RawFrame(0x88, default) { Key = 1 }, Token);
        await AssertClosedAsync(peer, CloseCode.NoStatus, "");
    }

    [Fact]
    public async Task Answers_a_ping_inside_a_message_before_the_message()
    {
        await using var peer = await RawAsync();
        await peer.WriteAsync(new RawFrame(0x01, "he"u8.ToArray()) { Key = 7 }, Token);
        await peer.WriteAsync(new RawFrame(0x89, "there?"u8.ToArray()) { Key = 8 }, Token);
        await peer.WriteAsync(new RawFrame(0x8A, "unasked"u8.ToArray()) { Key = 8 }, Token);
        await peer.WriteAsync(new RawFrame(0x80, "llo"u8.ToArray()) { Key = 9 }, Token);
        var pong = await peer.Socket.ReadAsync(Token);
        Assert.Equal((FrameEventKind.Pong, "there?"), (pong.Kind, pong.Text));
        var message = await peer.Socket.ReadAsync(Token);
        Assert.Equal((FrameEventKind.Data, Opcode.Text, "hello"), (message.Kind, message.Opcode, message.Text));
    }

    /// <summary>First byte, payload (hex), claimed length, extended length bytes, masked, code.</summary>
    [Theory]
    [InlineData(0xC2, "", null, null, true, 1002)]
    [InlineData(0x83, "", null, null, true, 1002)]
    [InlineData(0x82, "41", null, null, false, 1002)]
    [InlineData(0x82, "", null, 2, true, 1002)]
    [InlineData(0x82, "", null, 8, true, 1002)]
    [InlineData(0x82, "", 1UL << 63, null, true, 1002)]
    [InlineData(0x80, "", null, null, true, 1002)]
    [InlineData(0x89, "", 126UL, null, true, 1002)]
    [InlineData(0x09, "", null, null, true, 1002)]
    [InlineData(0x88, "03", null, null, true, 1002)]
    [InlineData(0x88, "03ED", null, null, true, 1002)]
    [InlineData(0x88, "03E8FF", null, null, true, 1007)]
    [InlineData(0x81, "C3", null, null, true, 1007)]
    [InlineData(0x01, "F490", null, null, true, 1007)]
    public async Task Fails_what_breaks_a_rule_with_its_code(int first, string payload, ulong? claimed, int? extended, bool masked, int code)
    {
        await using var peer = await RawAsync();
        await peer.WriteAsync(
            new RawFrame((byte)first, Convert.FromHexString(payload)) { ClaimedLength = claimed, ExtendedLength = extended, Key = masked ? 0x1234_5678u : null },
            Token);
        await AssertClosedAsync(peer, (CloseCode)code, null);
    }

    [Fact]
    public async Task Fails_text_at_its_first_wrong_byte_in_an_endless_frame()
    {
        await using var peer = await RawAsync();
        await peer.WriteAsync(new RawFrame(0x81, "ok"u8.ToArray()) { Key = 0, ClaimedLength = long.MaxValue }, Token);
        await peer.Socket.WriteAsync(new byte[] { 0xFF }, Token);
        await AssertClosedAsync(peer, CloseCode.InvalidPayload, "text that is not UTF-8");
    }

    [Fact]
    public async Task Its_close_frame_survives_what_the_client_had_still_sent()
    {
        await using var peer = await RawAsync();
        await peer.Socket.WriteAsync((byte[])[0x83, .. new byte[300_000]], Token);
        await AssertClosedAsync(peer, CloseCode.ProtocolError, "a reserved opcode");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 426)]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\nHost: h\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n", 426)]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\n\r\n", 400)]
    public async Task Refuses_what_is_no_upgrade(string request, int status)
    {
        var stream = await RawWebSocketPeer.ConnectAsync(_host.EndPoint, "h", null, Token);
        await using var peer = await RawWebSocketPeer.UpgradeAsync(stream, Encoding.ASCII.GetBytes(request), Token);
        Assert.Equal(status, peer.Head.Status);
        Assert.Empty(await peer.Head.ReadBodyAsync(stream, Token));
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Token));
    }

    private async Task<ClientWebSocket> ConnectAsync()
    {
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{_host.EndPoint}/"), Token);
        return client;
    }

    private async Task<RawWebSocketPeer> RawAsync()
    {
        var stream = await RawWebSocketPeer.ConnectAsync(_host.EndPoint, "h", null, Token);
        var peer = await RawWebSocketPeer.UpgradeAsync(stream, "h", "/", [], Token);
        Assert.Equal(101, peer.Head.Status);
        return peer;
    }

    private async Task AssertClosedAsync(RawWebSocketPeer peer, CloseCode code, string? reason)
    {
        var close = await peer.Socket.ReadAsync(Token);
        Assert.Equal((FrameEventKind.Close, code), (close.Kind, close.Code));
        Assert.Equal(reason ?? close.Text, close.Text);
        Assert.Equal(FrameEventKind.None, (await peer.Socket.ReadAsync(Token)).Kind);
    }

    private async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync(ClientWebSocket client)
    {
        var buffer = new byte[70_000];
        using var message = new MemoryStream();
        while (true)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(), Token);
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return (received.MessageType, message.ToArray());
            }
        }
    }

    private async Task CloseInOrderAsync(ClientWebSocket client)
    {
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }
}
