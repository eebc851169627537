using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Raw;

/// <summary>
/// One end of a WebSocket that does exactly what it is told, right or wrong: every frame and every byte is the test's choice, nothing
/// is answered by itself. Writes may come from several threads (each is one write on the stream); reads from one at a time.
/// </summary>
/// <param name="stream">The upgraded connection, TLS or not.</param>
/// <param name="peer">Who is at the other end.</param>
public sealed class RawWebSocket(Stream stream, PeerRole peer) : IAsyncDisposable
{
    private readonly FrameReader _reader = new(peer);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _message = new();
    private Memory<byte> _unread;
    private bool _ended;

    /// <summary>The connection beneath.</summary>
    public Stream Stream => stream;

    /// <summary>The value of <c>Sec-WebSocket-Accept</c> that belongs to a key (RFC 6455 section 4.2.2).</summary>
    public static string AcceptFor(string key)
    {
#pragma warning disable CA5350 // The handshake's hash is SHA-1 by RFC 6455; it proves no identity.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    /// <summary>Writes bytes as they are; nothing after <see cref="EndWritesAsync"/>.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!_ended)
            {
                await stream.WriteAsync(bytes, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends close_notify where there is TLS; what is written later is dropped. The socket's own FIN is the caller's business.</summary>
    public async Task EndWritesAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _ended = true;
            if (stream is SslStream tls)
            {
                await tls.ShutdownAsync();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes one frame in one write: masked with a fresh key towards a server, unmasked towards a client.</summary>
    public Task WriteFrameAsync(Opcode opcode, ReadOnlyMemory<byte> payload, bool fin, CancellationToken cancellationToken)
    {
        var masked = peer == PeerRole.Server;
        var key = masked ? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) : 0;
        var frame = new byte[FrameHeader.Length(payload.Length, masked) + payload.Length];
        var header = FrameHeader.Write(frame, opcode, fin, payload.Length, masked, key);
        payload.Span.CopyTo(frame.AsSpan(header));
        Mask.Apply(frame.AsSpan(header), key);
        return WriteAsync(frame, cancellationToken);
    }

    /// <summary>Writes a message as one frame.</summary>
    public Task WriteMessageAsync(Opcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        WriteFrameAsync(opcode, payload, fin: true, cancellationToken);

    /// <summary>Writes a Text message.</summary>
    public Task WriteTextAsync(string text, CancellationToken cancellationToken) =>
        WriteMessageAsync(Opcode.Text, Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Writes a Close frame without a reason.</summary>
    public Task WriteCloseAsync(CloseCode code, CancellationToken cancellationToken) =>
        WriteMessageAsync(Opcode.Close, new byte[] { (byte)((int)code >> 8), (byte)code }, cancellationToken);

    /// <summary>Reads to the next whole message, control frame, protocol error or the end.</summary>
    public async Task<RawMessage> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_unread.IsEmpty)
            {
                var read = await stream.ReadAsync(_buffer, cancellationToken);
                if (read == 0)
                {
                    return new RawMessage(FrameEventKind.None, default, [], default);
                }

                _unread = _buffer.AsMemory(0, read);
            }

            var found = _reader.Read(_unread.Span);
            var payload = _unread.Slice(found.PayloadOffset, found.PayloadLength);
            _unread = _unread[found.Consumed..];
            switch (found.Kind)
            {
                case FrameEventKind.Data:
                    _message.Write(payload.Span);
                    if (found.EndOfMessage)
                    {
                        var message = new RawMessage(found.Kind, found.MessageOpcode, _message.ToArray(), default);
                        _message.SetLength(0);
                        return message;
                    }

                    break;
                case FrameEventKind.Ping:
                    return new RawMessage(found.Kind, Opcode.Ping, _reader.ControlPayload.ToArray(), default);
                case FrameEventKind.Pong:
                    return new RawMessage(found.Kind, Opcode.Pong, _reader.ControlPayload.ToArray(), default);
                case FrameEventKind.Close:
                    return new RawMessage(found.Kind, Opcode.Close, _reader.CloseReason.ToArray(), _reader.CloseCode);
                case FrameEventKind.Error:
                    return new RawMessage(found.Kind, default, Encoding.UTF8.GetBytes(_reader.ErrorText ?? ""), found.Error);
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
