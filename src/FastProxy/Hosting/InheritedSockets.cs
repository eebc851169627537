using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>The listening sockets that systemd passes to a service (sd_listen_fds(3)): it has bound them, so that a restart refuses nobody.</summary>
internal static partial class InheritedSockets
{
    private const int First = 3;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>
    /// Takes them: the descriptor of each by what it listens on (<c>127.0.0.1:2222</c>, <c>unix:/run/x.sock</c>), which is how listeners are
    /// named. Children inherit neither them nor the variables. Empty where nothing was passed.
    /// </summary>
    /// <exception cref="IOException">One of them does not listen; the message names it as the socket unit does.</exception>
    public static Dictionary<string, int> Take()
    {
        var sockets = new Dictionary<string, int>(StringComparer.Ordinal);
        var mine = Environment.GetEnvironmentVariable("LISTEN_PID") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var names = (Environment.GetEnvironmentVariable("LISTEN_FDNAMES") ?? "").Split(':');
        var passed = int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && mine ? count : 0;
        foreach (var variable in (string[])["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
        {
            Environment.SetEnvironmentVariable(variable, null);
        }

        for (var i = 0; i < passed; i++)
        {
            _ = Control(First + i, SetDescriptorFlags, CloseOnExec);
            var name = i < names.Length && names[i].Length > 0 ? names[i] : string.Create(CultureInfo.InvariantCulture, $"number {i}");
            sockets[AddressOf(First + i, name)] = First + i;
        }

        return sockets;
    }

    private static string AddressOf(int descriptor, string name)
    {
        try
        {
            // Only looked at: it belongs to the listener that will serve it.
            using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            if (socket.SocketType == SocketType.Stream && socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is 1)
            {
                return socket.LocalEndPoint is UnixDomainSocketEndPoint unix ? $"unix:{unix}" : socket.LocalEndPoint!.ToString()!;
            }
        }
        catch (SocketException)
        {
            // Not a socket at all.
        }

        throw new IOException($"the socket that systemd passes as '{name}' does not listen: it needs ListenStream= and Accept=no");
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}
