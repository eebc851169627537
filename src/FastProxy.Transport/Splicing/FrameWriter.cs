using FastProxy.WebSockets;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Turns another end's batch into frames, in place: masks what has to be masked and writes each header into the room in front of its
/// payload.
/// </summary>
/// <remarks>Not thread-safe: used by whoever holds the right to write.</remarks>
internal sealed class FrameWriter(LinkOptions options)
{
    private readonly MaskKeys _keys = new(options.ZeroMask);
    private readonly bool _masks = options.Role == PeerRole.Client;
    private byte[]? _pipedHeader;

    /// <summary>
    /// Bytes a batch must leave free behind each message's worth of payload, so that nothing has to be moved when headers are written; 0
    /// where a batch is one message.
    /// </summary>
    public int Gap => options.LongestMessage < SpliceBatch.LargestCapacity ? FrameHeader.Length(options.LongestMessage, _masks) : 0;

    /// <summary>Replaces the batch's payload ranges by the frames that carry them.</summary>
    public void Frame(SpliceBatch batch, Opcode opcode)
    {
        if (batch.Pipe is not null)
        {
            // Nothing of the payload is here, so the header stands alone; the mask key is zero, or the batch had not come in a pipe.
            _pipedHeader ??= new byte[FrameHeader.MaxLength];
            batch.SetPipedFrame(_pipedHeader, FrameHeader.Write(_pipedHeader, opcode, fin: true, batch.Length, _masks, maskKey: 0));
        }
        else if (batch.Segments[0].Count <= options.LongestMessage)
        {
            for (var i = 0; i < batch.Segments.Count; i++)
            {
                var payload = batch.Segments[i];
                batch.Ranges[i] = FrameOne(payload.Array!, payload.Offset, payload.Count, opcode);
            }

            batch.MergeRanges();
        }
        else
        {
            MakeRoom(batch, opcode);
        }
    }

    /// <summary>
    /// One range longer than a stock peer takes, from an end that could not receive with gaps (TLS, standard input), becomes several
    /// messages. Every one but the last has the same length and header, so from the last to the first each moves right by the headers
    /// that come before it.
    /// </summary>
    private void MakeRoom(SpliceBatch batch, Opcode opcode)
    {
        var payload = batch.Segments[0];
        var longest = options.LongestMessage;
        var header = FrameHeader.Length(longest, _masks);
        var count = (payload.Count + longest - 1) / longest;
        var lastLength = payload.Count - ((count - 1) * longest);
        var end = 0;
        for (var i = count - 1; i > 0; i--)
        {
            var length = i == count - 1 ? lastLength : longest;
            var from = payload.Offset + (i * longest);
            var shift = ((i - 1) * header) + (i == count - 1 ? FrameHeader.Length(lastLength, _masks) : header);
            Buffer.BlockCopy(payload.Array!, from, payload.Array!, from + shift, length);
            FrameOne(payload.Array!, from + shift, length, opcode);
            end = Math.Max(end, from + shift + length);
        }

        var first = FrameOne(payload.Array!, payload.Offset, longest, opcode);
        batch.Ranges[0] = new ArraySegment<byte>(payload.Array!, first.Offset, end - first.Offset);
    }

    /// <summary>Masks a payload and writes its header right in front of it.</summary>
    private ArraySegment<byte> FrameOne(byte[] buffer, int offset, int length, Opcode opcode)
    {
        var key = _masks ? _keys.Next() : 0;
        Mask.Apply(buffer.AsSpan(offset, length), key);
        var start = offset - FrameHeader.Length(length, _masks);
        FrameHeader.Write(buffer.AsSpan(start), opcode, fin: true, length, _masks, key);
        return new ArraySegment<byte>(buffer, start, offset + length - start);
    }
}
