using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>The options every TCP leg of a session carries, dialled or accepted.</summary>
public static class TcpSocketSettings
{
    /// <summary>
    /// Switches Nagle's algorithm off (interactive sessions write small) and keep-alive on (a peer that vanished must be
    /// noticed on every leg). Throws <see cref="SocketException"/> where the socket is already dead.
    /// </summary>
    public static void Apply(Socket socket, DialerOptions options)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(options);
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Seconds(options.KeepAliveIdle));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Seconds(options.KeepAliveInterval));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, options.KeepAliveProbes);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)time.TotalSeconds);
}
