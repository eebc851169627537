using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>
/// Stands in for OpenSSL's <c>SSL_read</c>, <c>SSL_write</c> and <c>SSL_shutdown</c> in the static binary (by the linker's <c>--wrap</c>; Publish.props), because
/// .NET has no name for what gives buffers back: a connection that waits needs neither its two record buffers, of 16 KiB each
/// (<c>SSL_free_buffers</c>), nor what the memory BIOs between .NET and OpenSSL have grown to, which is a quarter more than the longest
/// record there was.
/// </summary>
/// <remarks>
/// <para>
/// After every short record, because that is how a flow ends or a keystroke looks; a bulk flow's records are full and keep their buffers
/// (SSL_MODE_RELEASE_BUFFERS, which frees them after every record, costs it 6 % of its CPU time). What ends with a full record gives its
/// buffers back at the next keep-alive.
/// </para>
/// <para>
/// <c>SslStream</c> lets reads and writes take turns, but not its shutdown, which makes a record and then takes it out of the BIO: no buffer
/// may move meanwhile. So all three take turns here, and a connection that has said goodbye keeps what it has.
/// </para>
/// </remarks>
internal static unsafe partial class OpenSslBuffers
{
    /// <summary>A record with less than this is not bulk: a quarter of the longest (RFC 8446 5.1).</summary>
    private const int Short = 4 * 1024;

    /// <summary>What a BIO may keep: less than a handshake makes of it.</summary>
    private const int KeptByBio = 512;

    /// <summary>A keystroke or a keep-alive: its record leaves a BIO below <see cref="KeptByBio"/>, so that none is made anew for each.</summary>
    private const int Shortest = 256;

    /// <summary>SSL_SENT_SHUTDOWN (openssl/ssl.h).</summary>
    private const int SaidGoodbye = 1;

    /// <summary>BIO_C_SET_BUF_MEM and BIO_C_GET_BUF_MEM_PTR (openssl/bio.h), which BIO_set_mem_buf(3) and BIO_get_mem_ptr(3) stand for.</summary>
    private const int SetBuffer = 114;
    private const int GetBuffer = 115;

    /// <summary>BIO_CLOSE: the BIO frees its buffer.</summary>
    private const int Owned = 1;

    /// <summary>Taken by a connection's address: a lock each would have to be found and freed, and they are held for a record's time.</summary>
    private static readonly Lock[] s_turns = CreateTurns(64);

    /// <summary>SSL_read(3).</summary>
    [UnmanagedCallersOnly(EntryPoint = "__wrap_SSL_read", CallConvs = [typeof(CallConvCdecl)])]
    public static int Read(void* connection, void* buffer, int length)
    {
        lock (TurnOf(connection))
        {
            var count = ReadRecord(connection, buffer, length);
            FreeAfter(connection, count);
            return count;
        }
    }

    /// <summary>SSL_write(3).</summary>
    [UnmanagedCallersOnly(EntryPoint = "__wrap_SSL_write", CallConvs = [typeof(CallConvCdecl)])]
    public static int Write(void* connection, void* buffer, int length)
    {
        lock (TurnOf(connection))
        {
            var count = WriteRecord(connection, buffer, length);
            FreeAfter(connection, count);
            return count;
        }
    }

    /// <summary>SSL_shutdown(3).</summary>
    [UnmanagedCallersOnly(EntryPoint = "__wrap_SSL_shutdown", CallConvs = [typeof(CallConvCdecl)])]
    public static int Shutdown(void* connection)
    {
        lock (TurnOf(connection))
        {
            return SayGoodbye(connection);
        }
    }

    private static Lock[] CreateTurns(int count)
    {
        var turns = new Lock[count];
        for (var i = 0; i < count; i++)
        {
            turns[i] = new Lock();
        }

        return turns;
    }

    /// <summary>Allocations of the same size lie some KiB apart.</summary>
    private static Lock TurnOf(void* connection) => s_turns[(int)((nuint)connection / 1024 % (nuint)s_turns.Length)];

    private static void FreeAfter(void* connection, int count)
    {
        // Not after a failure: its caller has still to ask what it was. Buffers that are not empty stay by themselves.
        if (count is > 0 and < Short && (ShutdownState(connection) & SaidGoodbye) == 0)
        {
            _ = FreeBuffers(connection);
            if (count < Shortest)
            {
                Shrink(ReadBio(connection));
                Shrink(WriteBio(connection));
            }
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

    [LibraryImport("libssl", EntryPoint = "__real_SSL_shutdown")]
    private static partial int SayGoodbye(void* connection);

    [LibraryImport("libssl", EntryPoint = "SSL_get_shutdown")]
    private static partial int ShutdownState(void* connection);

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
