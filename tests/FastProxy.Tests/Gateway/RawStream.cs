using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Gateway;

/// <summary>A <c>fastproxy.v1</c> stream driven by hand.</summary>
internal sealed class RawStream : IAsyncDisposable
{
    private readonly RawWebSocket _socket;
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    private RawStream(RawWebSocket socket) => _socket = socket;

    public static async Task<RawStream> OpenAsync(GatewayFixture gateway, string host, string headers) =>
        await OpenAsync(new NetworkStream(await gateway.ConnectAsync(), ownsSocket: true), host, headers);

    public static async Task<RawStream> OpenAsync(Stream stream, string host, string headers)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(host, headers + "Sec-WebSocket-Protocol: fastproxy.v1\r\n")));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Protocol: fastproxy.v1\r\n", head.ToString(), StringComparison.Ordinal);
        Assert.Contains("FastProxy-Protocol: 1\r\n", head.ToString(), StringComparison.Ordinal);
        return new RawStream(new RawWebSocket(stream, PeerRole.Server));
    }

    public Task SendTextAsync(string json) => _socket.WriteMessageAsync(Opcode.Text, Encoding.UTF8.GetBytes(json), _patience.Token);

    public Task SendRawTextAsync(byte[] bytes) => _socket.WriteMessageAsync(Opcode.Text, bytes, _patience.Token);

    public Task SendBinaryAsync(byte[] bytes) => _socket.WriteMessageAsync(Opcode.Binary, bytes, _patience.Token);

    public async Task<JsonElement> ReadTextAsync()
    {
        var message = await _socket.ReadAsync(_patience.Token);
        Assert.Equal(Opcode.Text, message.Opcode);
        using var document = JsonDocument.Parse(message.Payload);
        return document.RootElement.Clone();
    }

    public async Task<byte[]> ReadBinaryAsync()
    {
        var message = await _socket.ReadAsync(_patience.Token);
        Assert.Equal(Opcode.Binary, message.Opcode);
        return message.Payload;
    }

    /// <summary>Reads the gateway's Close and what it gives as the reason.</summary>
    public async Task<(CloseCode Code, string Reason)> ReadCloseAsync()
    {
        var message = await _socket.ReadAsync(_patience.Token);
        Assert.Equal(FrameEventKind.Close, message.Kind);
        return (message.Code, message.Text);
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        _patience.Dispose();
    }
}
