using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>The options every TCP leg of a session carries, dialled or accepted.</summary>
public static class TcpSocketSettings
{
    private const int Probes = 2;

    /// <summary>
    /// Switches Nagle's algorithm off (interactive sessions write small) and keep-alive on (a peer that vanished must be
    /// noticed on every leg, within two intervals). Throws <see cref="SocketException"/> where the socket is already dead.
    /// </summary>
    /// <param name="socket">A connected TCP socket.</param>
    /// <param name="keepAlive">The keep-alive interval; the kernel counts in whole seconds, at least one.</param>
    public static void Apply(Socket socket, TimeSpan keepAlive)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(keepAlive));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(keepAlive / Probes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)time.TotalSeconds);
}
