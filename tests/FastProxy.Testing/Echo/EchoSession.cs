using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Echo;

/// <summary>One upgraded connection of <see cref="EchoHost"/>: gathers messages, checks text as it comes, answers with one frame each.</summary>
/// <param name="stream">The connection, its next byte the client's first frame.</param>
internal sealed class EchoSession(Stream stream)
{
    /// <summary>Above what public conformance suites send (16 MiB).</summary>
    private const int MaxMessage = 64 * 1024 * 1024;

    private readonly FrameReader _reader = new(PeerRole.Client);
    private readonly byte[] _header = new byte[FrameHeader.MaxLength];
    private readonly MemoryStream _message = new();
    private Utf8Validator _text;

    /// <summary>Runs to a Close of either side, or to the end of the stream.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (var rest = buffer.AsMemory(0, read); !rest.IsEmpty;)
            {
                var found = _reader.Read(rest.Span);
                if (!await ActAsync(found, rest.Slice(found.PayloadOffset, found.PayloadLength), cancellationToken))
                {
                    return;
                }

                rest = rest[found.Consumed..];
            }
        }
    }

    /// <summary>Returns false once a Close has been sent.</summary>
    private async Task<bool> ActAsync(FrameEvent found, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        switch (found.Kind)
        {
            case FrameEventKind.Data:
                return await TakeAsync(found, payload, cancellationToken);
            case FrameEventKind.Ping:
                await SendAsync(Opcode.Pong, _reader.ControlPayload.ToArray(), cancellationToken);
                return true;
            case FrameEventKind.Close when _reader.CloseCode == CloseCode.NoStatus:
                await SendAsync(Opcode.Close, default, cancellationToken);
                return false;
            case FrameEventKind.Close:
                return await CloseAsync(_reader.CloseCode, "", cancellationToken);
            case FrameEventKind.Error:
                return await CloseAsync(found.Error, _reader.ErrorText ?? "", cancellationToken);
            default:
                return true;
        }
    }

    private async Task<bool> TakeAsync(FrameEvent found, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (_message.Length + payload.Length > MaxMessage)
        {
            return await CloseAsync(CloseCode.MessageTooBig, "a message above 64 MiB", cancellationToken);
        }

        if (found.MessageOpcode == Opcode.Text && (!_text.Append(payload.Span) || (found.EndOfMessage && !_text.IsComplete)))
        {
            return await CloseAsync(CloseCode.InvalidPayload, "text that is not UTF-8", cancellationToken);
        }

        _message.Write(payload.Span);
        if (found.EndOfMessage)
        {
            await SendAsync(found.MessageOpcode, _message.GetBuffer().AsMemory(0, (int)_message.Length), cancellationToken);
            _message.SetLength(0);
        }

        return true;
    }

    private async Task<bool> CloseAsync(CloseCode code, string reason, CancellationToken cancellationToken)
    {
        byte[] payload = [(byte)((ushort)code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)];
        await SendAsync(Opcode.Close, payload, cancellationToken);
        return false;
    }

    private async Task SendAsync(Opcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var length = FrameHeader.Write(_header, opcode, fin: true, payload.Length, masked: false, maskKey: 0);
        await stream.WriteAsync(_header.AsMemory(0, length), cancellationToken);
        await stream.WriteAsync(payload, cancellationToken);
    }
}
