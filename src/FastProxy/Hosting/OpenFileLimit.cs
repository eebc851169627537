using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>RLIMIT_NOFILE of this process (getrlimit(2)).</summary>
internal static partial class OpenFileLimit
{
    private const int RlimitNoFile = 7;

    /// <summary>
    /// Raises the soft limit to the hard one and returns what is then in force. Where the kernel refuses, what was in force stays.
    /// </summary>
    public static long Raise()
    {
        if (GetLimit(RlimitNoFile, out var limit) != 0)
        {
            // Only a wrong argument fails here; 1,024 is the limit every Linux process starts with.
            return 1024;
        }
        var raised = limit with { Soft = limit.Hard };
        if (limit.Soft < limit.Hard && SetLimit(RlimitNoFile, in raised) == 0)
        {
            limit = raised;
        }
        return (long)Math.Min(limit.Soft, long.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    // rlim_t is 64 bits wide on every 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Soft, ulong Hard);
}
