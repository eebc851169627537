using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

/// <summary>What a reader made of a byte stream, in a form that does not depend on how the stream was cut: data of one frame is joined.</summary>
internal sealed class FrameTrace
{
    private readonly FrameReader _reader;
    private readonly MemoryStream _frame = new();

    private FrameTrace(PeerRole peer) => _reader = new FrameReader(peer);

    internal List<string> Lines { get; } = [];

    internal FrameReader Reader => _reader;

    /// <summary>Feeds the bytes in chunks of the given sizes (repeated), checking the reader's promises at each step.</summary>
    internal static FrameTrace Read(PeerRole peer, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> chunks)
    {
        var trace = new FrameTrace(peer);
        var rest = bytes.ToArray().AsSpan();
        for (var i = 0; !rest.IsEmpty; i++)
        {
            var length = chunks.IsEmpty ? rest.Length : Math.Clamp(chunks[i % chunks.Length], 1, rest.Length);
            if (!trace.Feed(rest[..length]))
            {
                break;
            }

            rest = rest[length..];
        }

        return trace;
    }

    private bool Feed(Span<byte> chunk)
    {
        while (true)
        {
            var found = _reader.Read(chunk);
            Assert.InRange(found.Consumed, chunk.IsEmpty ? 0 : 1, chunk.Length);
            if (found.Kind == FrameEventKind.Data)
            {
                Assert.InRange(found.PayloadOffset, 0, chunk.Length);
                Assert.InRange(found.PayloadLength, 0, chunk.Length - found.PayloadOffset);
                Assert.Equal(found.Consumed, found.PayloadOffset + found.PayloadLength);
                Assert.True(found.PayloadLength > 0 || found.EndOfFrame);
                Assert.True(found.EndOfFrame || !found.EndOfMessage);
                Assert.Equal(found.EndOfFrame, _reader.AtFrameBoundary);
                Assert.Equal(found.EndOfMessage, _reader.AtMessageBoundary);
            }

            Note(found, chunk);
            chunk = chunk[found.Consumed..];
            if (found.Kind == FrameEventKind.None)
            {
                Assert.True(chunk.IsEmpty);
                return true;
            }

            if (found.Kind == FrameEventKind.Error)
            {
                return false;
            }
        }
    }

    private void Note(FrameEvent found, ReadOnlySpan<byte> chunk)
    {
        switch (found.Kind)
        {
            case FrameEventKind.Data:
                _frame.Write(chunk.Slice(found.PayloadOffset, found.PayloadLength));
                if (found.EndOfFrame)
                {
                    Lines.Add($"{found.MessageOpcode} {Convert.ToHexString(_frame.ToArray())}{(found.EndOfMessage ? " end" : "")}");
                    _frame.SetLength(0);
                }

                break;
            case FrameEventKind.Ping or FrameEventKind.Pong:
                Lines.Add($"{found.Kind} {Convert.ToHexString(_reader.ControlPayload)}");
                break;
            case FrameEventKind.Close:
                Lines.Add($"Close {(ushort)_reader.CloseCode} {Encoding.UTF8.GetString(_reader.CloseReason)}");
                break;
            case FrameEventKind.Error:
                Lines.Add($"Error {(ushort)found.Error} {_reader.ErrorText}");
                break;
        }
    }
}
