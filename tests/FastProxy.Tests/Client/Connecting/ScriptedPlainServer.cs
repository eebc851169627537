using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastProxy.Tests.Client.Connecting;

/// <summary>Sends its line to whoever connects, without waiting for a word.</summary>
internal sealed class ScriptedPlainServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _serving;

    public ScriptedPlainServer(string line)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _serving = ServeAsync(line);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _listener.Dispose();
        if (_serving.IsFaulted)
        {
            throw _serving.Exception;
        }
    }

    private async Task ServeAsync(string line)
    {
        using var peer = await _listener.AcceptAsync();
        await peer.SendAsync(Encoding.ASCII.GetBytes(line));
        try
        {
            await peer.ReceiveAsync(new byte[4096]);
            peer.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client has seen enough, and its end may be a reset.
        }
    }
}
