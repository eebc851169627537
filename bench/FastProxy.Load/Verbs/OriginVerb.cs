using System.Net.Sockets;

namespace FastProxy.Load.Verbs;

/// <summary><c>origin [--listen PORT]</c>: serves what <see cref="Request"/> lists until it is killed; prints its port.</summary>
internal static class OriginVerb
{
    public static int Run(Arguments arguments)
    {
        using var listener = Loopback.Listen((int)arguments.Number("listen", 0));
        Console.WriteLine(Loopback.PortOf(listener));
        while (true)
        {
            var socket = listener.Accept();
            socket.NoDelay = true;
            _ = ServeAsync(socket);
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        try
        {
            var first = new byte[1];
            if (await socket.ReceiveAsync(first) == 1)
            {
                if (first[0] == Request.PooledEcho)
                {
                    await EchoPooledAsync(socket, first);
                }
                else
                {
                    await OnThreadAsync(() => Serve(socket, first[0]));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The load has gone, which is how every idle session ends.
        }
        catch (InvalidDataException exception)
        {
            // The load gets no answer and reports it; the cause is here.
            Console.Error.WriteLine($"origin: {exception.Message}");
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static void Serve(Socket socket, byte kind)
    {
        switch (kind)
        {
            case Request.Sink:
                Request.SendNumber(socket, (long)Pattern.Receive(socket, Request.ReceiveNumber(socket)).TotalNanoseconds);
                break;

            case Request.Source:
                Pattern.Send(socket, Request.ReceiveNumber(socket));
                break;

            case Request.Echo:
                Echo(socket);
                return;

            default:
                throw new InvalidDataException($"unknown request {kind}");
        }

        // FIN, then wait for the load's own: closing first would drop what a relay has not read yet.
        socket.Shutdown(SocketShutdown.Send);
        while (socket.Receive(new byte[1]) > 0)
        {
        }
    }

    private static void Echo(Socket socket)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (socket.Receive(buffer) is var count and > 0)
        {
            Loopback.SendAll(socket, buffer[..count]);
        }
    }

    private static async Task EchoPooledAsync(Socket socket, byte[] buffer)
    {
        while (await socket.ReceiveAsync(buffer) > 0)
        {
            await socket.SendAsync(buffer);
        }
    }

    private static Task OnThreadAsync(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
