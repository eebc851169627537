using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>
/// Gives memory back to the system after a burst of connections. What their handshakes left behind is garbage, but the runtime collects
/// when it needs room, which a server that moves bytes without making garbage may not need for hours; and glibc keeps what is
/// freed in the middle of its heaps. Looks once a second, and collects only while the process has next to nothing else to do.
/// </summary>
internal sealed partial class MemoryReturn : IDisposable
{
    /// <summary>A collection stops the world for tens of milliseconds: for less garbage than some hundred handshakes make it is not worth it.</summary>
    private const long LeastGarbage = 16 << 20;

    /// <summary>A tenth of one processor: somebody who moves more than that would feel the pause.</summary>
    private static readonly TimeSpan s_mostWork = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly Timer _timer;
    private TimeSpan _worked;
    private long _allocated;

    /// <summary>Begins to look; there is one for the process.</summary>
    public MemoryReturn()
    {
        _worked = Environment.CpuUsage.TotalTime;
        _timer = new Timer(static self => ((MemoryReturn)self!).OnSecond(), this, s_period, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Whether now is the time.</summary>
    /// <param name="work">What the process used of its processors in the last second.</param>
    /// <param name="garbage">Bytes that were allocated since memory was given back last.</param>
    internal static bool IsDue(TimeSpan work, long garbage) => garbage >= LeastGarbage && work <= s_mostWork;

    private void OnSecond()
    {
        var worked = Environment.CpuUsage.TotalTime;
        if (IsDue(worked - _worked, GC.GetTotalAllocatedBytes() - _allocated))
        {
            // Aggressive: the only mode that gives free regions of the heap back at once.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _ = Trim(0);
            _allocated = GC.GetTotalAllocatedBytes();
            worked = Environment.CpuUsage.TotalTime;
        }

        _worked = worked;
        _timer.Change(s_period, Timeout.InfiniteTimeSpan);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
