using System.Buffers;
using System.Net.Sockets;

namespace FastProxy.Load;

/// <summary>One direction of a long wire: bytes leave a fixed time after they came, in order, the end of stream too.</summary>
internal sealed class DelayLine
{
    /// <summary>In flight at most: 32 MiB over 50 ms is 5 Gbit/s, so that the wire is never what limits a stream.</summary>
    private const long Capacity = 32 << 20;

    /// <summary>One receive.</summary>
    private const int Block = 64 * 1024;

    private readonly Queue<(byte[] Bytes, int Count, long Arrived)> _queue = [];
    private readonly Socket _from;
    private readonly Socket _to;
    private readonly TimeSpan _delay;
    private long _inFlight;
    private bool _broken;

    private DelayLine(Socket from, Socket to, TimeSpan delay)
    {
        _from = from;
        _to = to;
        _delay = delay;
    }

    public static void Start(Socket from, Socket to, TimeSpan delay)
    {
        var line = new DelayLine(from, to, delay);
        new Thread(line.Receive) { IsBackground = true }.Start();
        new Thread(line.Send) { IsBackground = true }.Start();
    }

    private void Receive()
    {
        var count = 0;
        do
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Block);
            try
            {
                count = _from.Receive(buffer);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                count = 0;
            }

            lock (_queue)
            {
                while (_inFlight >= Capacity && !_broken)
                {
                    Monitor.Wait(_queue);
                }

                _queue.Enqueue((buffer, count, TimeProvider.System.GetTimestamp()));
                _inFlight += count;
                Monitor.PulseAll(_queue);
            }
        }
        while (count > 0 && !_broken);
    }

    private void Send()
    {
        try
        {
            while (Take() is { Count: > 0 } chunk)
            {
                Loopback.SendAll(_to, chunk.Bytes.AsSpan(0, chunk.Count));
                ArrayPool<byte>.Shared.Return(chunk.Bytes);
            }

            _to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Nobody reads there any more; the writer must learn it.
            lock (_queue)
            {
                _broken = true;
                Monitor.PulseAll(_queue);
            }

            _from.Dispose();
        }
    }

    private (byte[] Bytes, int Count) Take()
    {
        byte[] bytes;
        int count;
        long arrived;
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                Monitor.Wait(_queue);
            }

            (bytes, count, arrived) = _queue.Peek();
        }

        var left = _delay - TimeProvider.System.GetElapsedTime(arrived);
        if (left > TimeSpan.Zero)
        {
            Thread.Sleep(left + TimeSpan.FromMilliseconds(0.5));
        }

        lock (_queue)
        {
            _queue.Dequeue();
            _inFlight -= count;
            Monitor.PulseAll(_queue);
        }

        return (bytes, count);
    }
}
