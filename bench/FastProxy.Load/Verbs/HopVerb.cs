using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastProxy.Load.Verbs;

/// <summary>
/// <c>hop --to PORT --by splice|copy [--block BYTES] [--listen PORT]</c>: the barest relay of one hop, two blocking threads a connection,
/// to tell what the kernel's own way of moving bytes, splice(2) through a pipe, would save beside one receive and one send of a block.
/// Prints its port.
/// </summary>
internal static unsafe partial class HopVerb
{
    private const uint Move = 1;
    private const int SetPipeSize = 1031;

    public static int Run(Arguments arguments)
    {
        var target = (int)arguments.Number("to", null);
        var block = (int)arguments.Number("block", 256 * 1024);
        Action<Socket, Socket> way = arguments.Text("by", null) switch
        {
            "splice" => (from, to) => Splice(from, to, block),
            "copy" => (from, to) => Copy(from, to, block),
            _ => throw new ArgumentException("--by: splice or copy"),
        };
        using var listener = Loopback.Listen((int)arguments.Number("listen", 0));
        Console.WriteLine(Loopback.PortOf(listener));
        while (true)
        {
            var near = listener.Accept();
            near.NoDelay = true;
            var far = Loopback.Connect(target);
            Start(way, near, far);
            Start(way, far, near);
        }
    }

    private static void Start(Action<Socket, Socket> way, Socket from, Socket to) => new Thread(() =>
    {
        way(from, to);
        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer went away first.
        }
    })
    { IsBackground = true }.Start();

    private static void Copy(Socket from, Socket to, int block)
    {
        var buffer = new byte[block];
        try
        {
            for (int count; (count = from.Receive(buffer)) > 0;)
            {
                to.Send(buffer, count, SocketFlags.None);
            }
        }
        catch (SocketException)
        {
            // Ends the direction like an end of stream.
        }
    }

    private static void Splice(Socket from, Socket to, int block)
    {
        var ends = stackalloc int[2];
        if (pipe(ends) != 0 || fcntl(ends[1], SetPipeSize, block) < 0)
        {
            throw new IOException($"no pipe of {block} bytes: error {Marshal.GetLastPInvokeError()}");
        }

        var (source, sink) = ((int)from.Handle, (int)to.Handle);
        for (nint held; (held = splice(source, null, ends[1], null, block, Move)) > 0;)
        {
            for (nint sent; held > 0 && (sent = splice(ends[0], null, sink, null, held, Move)) > 0;)
            {
                held -= sent;
            }
        }

        close(ends[0]);
        close(ends[1]);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe(int* ends);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint splice(int from, long* fromOffset, int to, long* toOffset, nint length, uint flags);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
