using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastProxy.Transport.Sockets;

public sealed partial class LoopSocket
{
    /// <summary>Sends everything. Cancelling throws; how much was sent is then unknown.</summary>
    internal ValueTask<SocketResult> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var sent = TrySend(buffer.Span, out var result);
        return sent == buffer.Length || !result.Succeeded
            ? new ValueTask<SocketResult>(result with { Bytes = sent })
            : SendSlowAsync(buffer, sent, cancellationToken);
    }

    /// <summary>Sends ranges of one buffer, in one call where the kernel takes them all, and then what a pipe holds.</summary>
    internal ValueTask<SocketResult> SendAsync(List<ArraySegment<byte>> ranges, KernelPipe? pipe)
    {
        var (index, skip) = (0, 0);
        return TrySend(ranges, pipe, ref index, ref skip, out var result)
            ? new ValueTask<SocketResult>(result)
            : SendSlowAsync(ranges, pipe, index, skip);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SocketResult> SendSlowAsync(ReadOnlyMemory<byte> buffer, int sent, CancellationToken cancellationToken)
    {
        while (true)
        {
            await WaitAsync(_writable!, cancellationToken);
            sent += TrySend(buffer.Span[sent..], out var result);
            if (sent == buffer.Length || !result.Succeeded)
            {
                return result with { Bytes = sent };
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SocketResult> SendSlowAsync(List<ArraySegment<byte>> ranges, KernelPipe? pipe, int index, int skip)
    {
        SocketResult result;
        do
        {
            await WaitAsync(_writable!, CancellationToken.None);
        }
        while (!TrySend(ranges, pipe, ref index, ref skip, out result));
        return result;
    }

    /// <summary>Sends on from a place in the ranges, then from the pipe. False when the kernel takes no more for now.</summary>
    private bool TrySend(List<ArraySegment<byte>> ranges, KernelPipe? pipe, ref int index, ref int skip, out SocketResult result)
    {
        result = default;
        while (index < ranges.Count || pipe?.Held > 0)
        {
            _writable?.Lower();
            var fromPipe = index == ranges.Count;
            var sent = fromPipe
                ? SocketCalls.Send(_handle, pipe!)
                : SocketCalls.Send(_handle, CollectionsMarshal.AsSpan(ranges)[index..], skip, more: pipe is not null);
            if (sent == SocketCalls.WouldBlock)
            {
                if (TryWatchWritable())
                {
                    continue;
                }

                return false;
            }

            if (sent < 0)
            {
                result = new SocketResult(0, SocketCalls.ToSocketError(sent));
                return true;
            }

            if (fromPipe)
            {
                pipe!.Held -= sent;
                continue;
            }

            for (skip += sent; index < ranges.Count && skip >= ranges[index].Count; index++)
            {
                skip -= ranges[index].Count;
            }
        }

        return true;
    }

    private int TrySend(ReadOnlySpan<byte> buffer, out SocketResult result)
    {
        var sent = 0;
        result = default;
        while (sent < buffer.Length)
        {
            _writable?.Lower();
            var count = SocketCalls.Send(_handle, buffer[sent..], more: false);
            if (count >= 0)
            {
                sent += count;
            }
            else if (count == SocketCalls.WouldBlock)
            {
                if (!TryWatchWritable())
                {
                    break;
                }
            }
            else
            {
                result = new SocketResult(sent, SocketCalls.ToSocketError(count));
                break;
            }
        }

        return sent;
    }

    /// <summary>Begins to look out for room, before the first wait for it. True: the send must be tried again, for what came before was not seen.</summary>
    private bool TryWatchWritable()
    {
        if (_writable is not null)
        {
            return false;
        }

        _writable = new Readiness { Inline = _inline };
        return true;
    }
}
