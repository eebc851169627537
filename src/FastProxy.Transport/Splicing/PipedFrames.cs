using FastProxy.Transport.Sockets;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Receives the frames of a bulk flow from a plain socket: their headers into memory, their payloads into a pipe, where they stay until
/// the other end's socket takes them.
/// </summary>
/// <remarks>Not thread-safe; the reader is the link's, which reads everything else with it.</remarks>
internal sealed class PipedFrames(SocketEnd socket, FrameReader reader)
{
    /// <summary>Below this the gain fades (at 16 KiB a fifth of the copy, bench/RESULTS.md), and every frame costs the receive of a header more.</summary>
    private const int LeastPayload = 64 * 1024;

    /// <summary>Whether the flow is of the kind: the last receives were full, and the last frame was long.</summary>
    public bool IsWorthwhile => socket.Batch.IsBulk && reader.FrameLength >= LeastPayload;

    /// <summary>Inside a payload fills a pipe with its next bytes; between two frames receives as much as a header may be long.</summary>
    public ValueTask<FillStatus> FillAsync() => reader.SkippablePayload switch
    {
        0 => socket.FillAsync(FrameHeader.MaxLength, 0),
        < LeastPayload and var tail => socket.FillAsync((int)tail, 0),
        var rest => socket.FillAsync(SpliceBatch.LargestCapacity, Most(rest)),
    };

    /// <summary>Adds the payload behind a header that was just decoded, as far as it is there. False when the socket failed.</summary>
    public bool TryAppend()
    {
        if (reader.SkippablePayload is not (>= LeastPayload and var rest))
        {
            return true;
        }

        switch (socket.TryFillPipe(Most(rest)))
        {
            case FillStatus.Failed:
                return false;

            case FillStatus.Data:
                reader.Skip(socket.Batch.Pipe!.Held);
                return true;

            default:
                return true;
        }
    }

    private static int Most(long rest) => (int)Math.Min(rest, KernelPipe.Capacity);
}
