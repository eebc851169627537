using System.Runtime.InteropServices;

namespace FastProxy.Admin.Hosting;

/// <summary>To whom a file belongs, which .NET does not tell.</summary>
internal static partial class FileOwner
{
    // AT_FDCWD and STATX_UID of linux/fcntl.h and linux/stat.h; the layout of statx is the same on every architecture.
    private const int CurrentDirectory = -100;
    private const uint WantOwner = 0x8;
    private const int StatxSize = 256;
    private const int OwnerOffset = 20;

    /// <summary>The user whose rights this process has.</summary>
    public static uint CurrentUser => EffectiveUser();

    /// <summary>The id of the user to whom a file or directory belongs; a link is followed.</summary>
    /// <exception cref="IOException">It cannot be looked at; the message says why.</exception>
    public static uint Of(string path)
    {
        Span<byte> found = stackalloc byte[StatxSize];
        if (Statx(CurrentDirectory, path, 0, WantOwner, ref MemoryMarshal.GetReference(found)) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
        return BitConverter.ToUInt32(found[OwnerOffset..]);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte found);
}
