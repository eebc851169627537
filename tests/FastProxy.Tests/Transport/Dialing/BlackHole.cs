using System.Net;
using System.Net.Sockets;

namespace FastProxy.Tests.Transport.Dialing;

/// <summary>An address on loopback that never answers a SYN: a listener whose accept queue is full.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    public BlackHole()
    {
        _listener.Bind(new IPEndPoint(Address, 0));
        _listener.Listen(1);

        // Linux completes backlog + 1 handshakes and drops the SYNs after them.
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _fillers.Add(filler);
            try
            {
                filler.Connect(_listener.LocalEndPoint!);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // In progress: what a full queue leaves it at.
            }
        }
    }

    public IPAddress Address { get; } = IPAddress.Parse("127.0.0.2");

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _fillers.ForEach(filler => filler.Dispose());
        _listener.Dispose();
    }
}
