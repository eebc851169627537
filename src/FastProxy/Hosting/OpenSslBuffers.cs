using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>
/// Stands in for OpenSSL's <c>SSL_read</c> and <c>SSL_write</c> in the static binary (by the linker's <c>--wrap</c>; Publish.props), because
/// .NET has no name for <c>SSL_free_buffers</c>: a connection that waits needs none of its two record buffers, of 16 KiB each.
/// </summary>
/// <remarks>
/// After every short record, because that is how a flow ends or a keystroke looks; a bulk flow's records are full and keep their buffers
/// (SSL_MODE_RELEASE_BUFFERS, which frees them after every record, costs it 6 % of its CPU time). What ends with a full record gives its
/// buffers back at the next keep-alive.
/// </remarks>
internal static unsafe partial class OpenSslBuffers
{
    /// <summary>A record with less than this is not bulk: a quarter of the longest (RFC 8446 5.1).</summary>
    private const int Short = 4 * 1024;

    /// <summary>SSL_read(3).</summary>
    [UnmanagedCallersOnly(EntryPoint = "__wrap_SSL_read", CallConvs = [typeof(CallConvCdecl)])]
    public static int Read(void* connection, void* buffer, int length)
    {
        var count = ReadRecord(connection, buffer, length);
        FreeAfter(connection, count);
        return count;
    }

    /// <summary>SSL_write(3).</summary>
    [UnmanagedCallersOnly(EntryPoint = "__wrap_SSL_write", CallConvs = [typeof(CallConvCdecl)])]
    public static int Write(void* connection, void* buffer, int length)
    {
        var count = WriteRecord(connection, buffer, length);
        FreeAfter(connection, count);
        return count;
    }

    private static void FreeAfter(void* connection, int count)
    {
        // Not after a failure: its caller has still to ask what it was. Buffers that are not empty stay by themselves.
        if (count is > 0 and < Short)
        {
            _ = FreeBuffers(connection);
        }
    }

    [LibraryImport("libssl", EntryPoint = "__real_SSL_read")]
    private static partial int ReadRecord(void* connection, void* buffer, int length);

    [LibraryImport("libssl", EntryPoint = "__real_SSL_write")]
    private static partial int WriteRecord(void* connection, void* buffer, int length);

    [LibraryImport("libssl", EntryPoint = "SSL_free_buffers")]
    private static partial int FreeBuffers(void* connection);
}
