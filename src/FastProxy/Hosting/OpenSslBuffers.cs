using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>
/// Stands in for OpenSSL's <c>SSL_read</c> and <c>SSL_write</c> in the static binary (by the linker's <c>--wrap</c>; Publish.props), because
/// .NET has no name for what gives buffers back: a connection that waits needs neither its two record buffers, of 16 KiB each
/// (<c>SSL_free_buffers</c>), nor what the memory BIOs between .NET and OpenSSL have grown to, which is a quarter more than the longest
/// record there was.
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

    /// <summary>What a BIO may keep: more than a keystroke's record, less than a handshake's.</summary>
    private const int KeptByBio = 512;

    /// <summary>BIO_C_SET_BUF_MEM and BIO_C_GET_BUF_MEM_PTR (openssl/bio.h), which BIO_set_mem_buf(3) and BIO_get_mem_ptr(3) stand for.</summary>
    private const int SetBuffer = 114;
    private const int GetBuffer = 115;

    /// <summary>BIO_CLOSE: the BIO frees its buffer.</summary>
    private const int Owned = 1;

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
            Shrink(ReadBio(connection));
            Shrink(WriteBio(connection));
        }
    }

    private static void Shrink(void* bio)
    {
        BioBuffer* held = null;
        if (bio is not null && Control(bio, GetBuffer, 0, &held) > 0 && held is not null && held->Length == 0 && held->Capacity > KeptByBio
            && NewBuffer() is var empty && empty is not null)
        {
            _ = Control(bio, SetBuffer, Owned, empty);
        }
    }

    /// <summary>BUF_MEM (openssl/buffer.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct BioBuffer
    {
        public nuint Length;
        public byte* Data;
        public nuint Capacity;
        public uint Flags;
    }

    [LibraryImport("libssl", EntryPoint = "__real_SSL_read")]
    private static partial int ReadRecord(void* connection, void* buffer, int length);

    [LibraryImport("libssl", EntryPoint = "__real_SSL_write")]
    private static partial int WriteRecord(void* connection, void* buffer, int length);

    [LibraryImport("libssl", EntryPoint = "SSL_free_buffers")]
    private static partial int FreeBuffers(void* connection);

    [LibraryImport("libssl", EntryPoint = "SSL_get_rbio")]
    private static partial void* ReadBio(void* connection);

    [LibraryImport("libssl", EntryPoint = "SSL_get_wbio")]
    private static partial void* WriteBio(void* connection);

    [LibraryImport("libssl", EntryPoint = "BIO_ctrl")]
    private static partial nint Control(void* bio, int command, nint argument, void* pointer);

    [LibraryImport("libssl", EntryPoint = "BUF_MEM_new")]
    private static partial void* NewBuffer();
}
