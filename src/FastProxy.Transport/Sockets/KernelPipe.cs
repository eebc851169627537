using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Transport.Sockets;

/// <summary>
/// A pipe(7) that holds received bytes without bringing them into this process: splice(2) moves the pages of one socket into it and
/// out of it into another.
/// </summary>
/// <remarks>Not thread-safe. `bench/FastProxy.Load hop` measures what it saves; bench/RESULTS.md has the figures.</remarks>
internal sealed partial class KernelPipe : IDisposable
{
    /// <summary>
    /// Bytes it holds, and the most that is put into one: 1 MiB costs 0.75 to 0.9 of the processor time of 256 KiB, because it wakes the
    /// next process less often (bench/RESULTS.md).
    /// </summary>
    public const int Capacity = 1024 * 1024;

    private const int SetPipeSize = 1031;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    private KernelPipe(SafeFileHandle readEnd, SafeFileHandle writeEnd) => (ReadEnd, WriteEnd) = (readEnd, writeEnd);

    public SafeFileHandle ReadEnd { get; }

    public SafeFileHandle WriteEnd { get; }

    /// <summary>Bytes that went in and have not come out.</summary>
    public int Held { get; set; }

    /// <summary>A new pipe; null where the system has no descriptors or no pages left for one.</summary>
    public static unsafe KernelPipe? TryCreate()
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, CloseOnExec | NonBlocking) != 0)
        {
            return null;
        }

        var pipe = new KernelPipe(new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
        if (fcntl(ends[1], SetPipeSize, Capacity) >= 0)
        {
            return pipe;
        }

        // The usual 64 KiB would cost more calls than the copy it saves.
        pipe.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReadEnd.Dispose();
        WriteEnd.Dispose();
    }

    [LibraryImport("libc")]
    private static unsafe partial int pipe2(int* ends, int flags);

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command, int argument);
}
