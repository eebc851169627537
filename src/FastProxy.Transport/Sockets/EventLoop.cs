using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Transport.Sockets;

/// <summary>
/// A thread that waits for many sockets at once and runs what waits for them. The sockets of one session live on one loop, so a byte
/// crosses the proxy with three system calls (wait, receive, send) and no hop between threads.
/// </summary>
/// <remarks>
/// .NET's own sockets wake a loop thread which wakes a pool thread for every event; that second wake-up is what a keystroke would wait
/// for. What runs here must not block: handshakes, requests and log lines run on the thread pool.
/// </remarks>
internal sealed class EventLoop
{
    private const ulong WakeUpData = ulong.MaxValue;
    private const int EventsAtOnce = 256;

    private static readonly EventLoop?[] s_loops = new EventLoop?[Math.Max(1, Environment.ProcessorCount)];
    private static readonly object s_lock = new();
    private static int s_next = -1;

    private readonly SafeFileHandle _epoll = Epoll.Create();
    private readonly SafeFileHandle _wakeUp = Epoll.CreateWakeUp();
    private readonly object _lock = new();
    private readonly Stack<int> _free = [];
    private readonly Queue<Readiness> _yielded = [];
    private Slot[] _slots = new Slot[64];
    private int _used;

    private EventLoop(int number)
    {
        if (Epoll.Add(_epoll, _wakeUp, Epoll.In, WakeUpData) is not 0 and var error)
        {
            throw new IOException($"epoll cannot watch an eventfd: error {error}");
        }

        new Thread(Run) { IsBackground = true, Name = $"fastproxy-loop-{number}" }.UnsafeStart();
    }

    /// <summary>One of the process's loops, each in turn: one for every processor, started when first needed.</summary>
    public static EventLoop Pick()
    {
        var number = (int)((uint)Interlocked.Increment(ref s_next) % (uint)s_loops.Length);
        if (Volatile.Read(ref s_loops[number]) is { } loop)
        {
            return loop;
        }

        lock (s_lock)
        {
            return s_loops[number] ??= new EventLoop(number);
        }
    }

    /// <summary>Begins to watch a socket. The events that hold now are reported at once. Returns 0, or why there is no watch (<see cref="Epoll.Add"/>).</summary>
    /// <param name="socket">Who is told.</param>
    /// <param name="descriptor">What is watched.</param>
    /// <param name="ticket">For <see cref="Remove"/>.</param>
    public int Add(LoopSocket socket, SafeHandle descriptor, out ulong ticket)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out var index))
            {
                index = _used++;
                if (index == _slots.Length)
                {
                    Array.Resize(ref _slots, _slots.Length * 2);
                }
            }

            ref var slot = ref _slots[index];
            slot.Socket = socket;
            ticket = ((ulong)slot.Generation << 32) | (uint)index;
        }

        var error = Epoll.Add(_epoll, descriptor, Epoll.In | Epoll.Out | Epoll.PeerHangUp | Epoll.EdgeTriggered, ticket);
        if (error != 0)
        {
            Remove(ticket, null);
        }

        return error;
    }

    /// <summary>Stops watching a socket; an event that is already under way finds nobody.</summary>
    /// <param name="ticket">From <see cref="Add"/>.</param>
    /// <param name="descriptor">The descriptor while it is open; null when it is closed, or about to be by its only holder, which ends the watch by itself.</param>
    public void Remove(ulong ticket, SafeHandle? descriptor)
    {
        if (descriptor is not null)
        {
            Epoll.Delete(_epoll, descriptor);
        }

        lock (_lock)
        {
            ref var slot = ref _slots[(uint)ticket];
            slot.Socket = null;
            slot.Generation++;
            _free.Push((int)(uint)ticket);
        }
    }

    /// <summary>Lets the loop serve everybody else before it raises <paramref name="readiness"/>.</summary>
    public void Yield(Readiness readiness)
    {
        lock (_lock)
        {
            _yielded.Enqueue(readiness);
        }

        Epoll.Signal(_wakeUp);
    }

    private void Run()
    {
        var events = new Epoll.Event[EventsAtOnce];
        while (true)
        {
            var count = Epoll.Wait(_epoll, events, Timeout.Infinite);
            for (var i = 0; i < count; i++)
            {
                if (events[i].Data == WakeUpData)
                {
                    Epoll.Drain(_wakeUp);
                    ResumeYielded();
                }
                else
                {
                    Find(events[i].Data)?.OnEvents(events[i].Events);
                }
            }
        }
    }

    private LoopSocket? Find(ulong ticket)
    {
        lock (_lock)
        {
            ref var slot = ref _slots[(uint)ticket];
            return slot.Generation == (uint)(ticket >> 32) ? slot.Socket : null;
        }
    }

    private void ResumeYielded()
    {
        int count;
        lock (_lock)
        {
            count = _yielded.Count;
        }

        for (; count > 0; count--)
        {
            Readiness readiness;
            lock (_lock)
            {
                readiness = _yielded.Dequeue();
            }

            readiness.Raise(mayInline: true);
        }
    }

    private struct Slot
    {
        public LoopSocket? Socket;
        public uint Generation;
    }
}
