using System.Net;
using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>One connect to one address, as a value: a socket, or the kernel's error.</summary>
internal readonly record struct DialAttempt(EndPoint EndPoint, Socket? Socket, SocketError Error)
{
    public static async Task<DialAttempt> RunAsync(EndPoint endPoint, DialerOptions options, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(endPoint, cancellationToken);
            if (endPoint is IPEndPoint)
            {
                TcpSocketSettings.Apply(socket, options);
            }

            var connected = socket;
            socket = null;
            return new DialAttempt(endPoint, connected, SocketError.Success);
        }
        catch (SocketException exception)
        {
            return new DialAttempt(endPoint, null, exception.SocketErrorCode);
        }
        catch (OperationCanceledException)
        {
            return new DialAttempt(endPoint, null, SocketError.OperationAborted);
        }
        finally
        {
            socket?.Dispose();
        }
    }
}
