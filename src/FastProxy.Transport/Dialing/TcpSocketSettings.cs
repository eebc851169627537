using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>The options every TCP leg of a session carries, dialled or accepted.</summary>
public static class TcpSocketSettings
{
    /// <summary>The longest keep-alive interval that a configuration may name; the kernel takes a few minutes more.</summary>
    public static readonly TimeSpan LongestKeepAlive = TimeSpan.FromHours(9);

    /// <summary>MAX_TCP_KEEPIDLE of linux/tcp.h.</summary>
    private const int MostSeconds = 32767;

    private const int Probes = 2;

    /// <summary>
    /// Switches Nagle's algorithm off (interactive sessions write small) and keep-alive on (a peer that vanished must be
    /// noticed on every leg, within two intervals). Throws <see cref="SocketException"/> where the socket is already dead.
    /// </summary>
    /// <param name="socket">A connected TCP socket.</param>
    /// <param name="keepAlive">The keep-alive interval; the kernel counts in whole seconds, from one to 32,767.</param>
    public static void Apply(Socket socket, TimeSpan keepAlive)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(keepAlive));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(keepAlive / Probes));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }

    private static int Seconds(TimeSpan time) => (int)Math.Clamp(time.TotalSeconds, 1, MostSeconds);
}
