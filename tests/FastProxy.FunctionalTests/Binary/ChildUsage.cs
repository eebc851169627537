using System.Runtime.InteropServices;

namespace FastProxy.FunctionalTests.Binary;

/// <summary>What all ended children of this process have used so far (getrusage(2), RUSAGE_CHILDREN).</summary>
/// <param name="Cpu">User and system time.</param>
/// <param name="PageFaults">Those that needed no disk.</param>
internal readonly partial record struct ChildUsage(TimeSpan Cpu, long PageFaults)
{
    private const int Children = -1;
    private const int MinorFaults = 8;

    /// <summary>Reads the counters.</summary>
    public static ChildUsage Read()
    {
        // struct rusage on 64-bit Linux: sixteen longs, the first four being user and system time in seconds and microseconds.
        Span<long> usage = stackalloc long[18];
        if (GetResourceUsage(Children, ref MemoryMarshal.GetReference(usage)) != 0)
        {
            throw new InvalidOperationException($"getrusage: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var cpu = TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
        return new ChildUsage(cpu, usage[MinorFaults]);
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int who, ref long usage);
}
