using System.Net;
using System.Net.Sockets;
using FastProxy.Transport.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>One connect to one address, as a value: a socket, or the kernel's error.</summary>
internal readonly record struct DialAttempt(EndPoint EndPoint, Socket? Socket, SocketError Error)
{
    public static async Task<DialAttempt> RunAsync(EndPoint endPoint, DialerOptions options, CancellationToken cancellationToken)
    {
        LoopSocket? connecting = null;
        Socket? socket = null;
        try
        {
            connecting = new LoopSocket(new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified));
            SocketError error;
            await using (cancellationToken.UnsafeRegister(static state => ((LoopSocket)state!).Dispose(), connecting))
            {
                error = await connecting.ConnectAsync(endPoint);
            }

            if (error != SocketError.Success)
            {
                return new DialAttempt(endPoint, null, error);
            }

            socket = connecting.Detach();
            connecting = null;
            if (endPoint is IPEndPoint)
            {
                TcpSocketSettings.Apply(socket, options.KeepAlive);
            }

            var connected = socket;
            socket = null;
            return new DialAttempt(endPoint, connected, SocketError.Success);
        }
        catch (SocketException exception)
        {
            return new DialAttempt(endPoint, null, exception.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            // Cancelled in the moment it connected.
            return new DialAttempt(endPoint, null, SocketError.OperationAborted);
        }
        finally
        {
            connecting?.Dispose();
            socket?.Dispose();
        }
    }
}
