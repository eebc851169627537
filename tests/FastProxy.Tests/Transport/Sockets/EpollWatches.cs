using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace FastProxy.Tests.Transport.Sockets;

/// <summary>What the kernel says of this process's epolls (proc(5), <c>/proc/PID/fdinfo</c>).</summary>
internal static partial class EpollWatches
{
    /// <summary>How many of them watch a socket under a descriptor, which may be closed by now as long as the socket is open under another.</summary>
    public static int Of(Socket socket, int descriptor)
    {
        var inode = long.Parse(SocketLink().Match(new FileInfo($"/proc/self/fd/{socket.SafeHandle.DangerousGetHandle()}").LinkTarget!).Groups[1].Value, CultureInfo.InvariantCulture);
        var watched = new Regex($@"^tfd: +{descriptor} .*\bino:{inode:x} ", RegexOptions.Multiline);
        return Directory.EnumerateFiles("/proc/self/fdinfo").Sum(file => watched.Count(Read(file)));
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // Closed by another test in the meantime.
            return "";
        }
    }

    [GeneratedRegex(@"^socket:\[(\d+)\]$")]
    private static partial Regex SocketLink();
}
