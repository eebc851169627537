using System.Net;
using System.Net.Sockets;

namespace FastProxy.Load;

/// <summary>TCP sockets on 127.0.0.1, without Nagle's delay, and the two things blocking sockets lack.</summary>
internal static class Loopback
{
    /// <summary>More than any test opens at once, so that no SYN is dropped and retried a second later.</summary>
    private const int Backlog = 4096;

    public static Socket Listen(int port)
    {
        var listener = Create();
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(Backlog);
        return listener;
    }

    public static Socket Connect(int port)
    {
        var socket = Create();
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    public static async Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = Create();
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        return socket;
    }

    public static int PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public static void SendAll(Socket socket, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[socket.Send(data)..];
        }
    }

    public static void ReceiveExactly(Socket socket, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var count = socket.Receive(destination);
            if (count == 0)
            {
                throw new IOException("the connection ended early");
            }

            destination = destination[count..];
        }
    }

    private static Socket Create() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
