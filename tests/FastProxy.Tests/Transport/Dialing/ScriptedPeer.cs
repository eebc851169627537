using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastProxy.Tests.Transport.Dialing;

/// <summary>A proxy of one connection that answers what the test says and reports what it was sent.</summary>
internal sealed class ScriptedPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ScriptedPeer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Reads an HTTP head, runs the answer, half-closes; returns the head.</summary>
    public async Task<string> ServeAsync(Func<Socket, string, Task> answer)
    {
        using var peer = await _listener.AcceptAsync();
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append(Encoding.ASCII.GetString(buffer, 0, await peer.ReceiveAsync(buffer)));
        }

        await answer(peer, head.ToString());
        End(peer);
        return head.ToString();
    }

    /// <summary>Plays a SOCKS 5 proxy that chooses <paramref name="method"/> and replies with the bytes of <paramref name="reply"/>; returns all it was sent.</summary>
    public async Task<byte[]> ServeSocksAsync(byte method, string reply)
    {
        using var peer = await _listener.AcceptAsync();
        var sent = new List<byte>();
        var greeting = await ReadAsync(peer, 2, sent);
        await ReadAsync(peer, greeting[1], sent);
        await peer.SendAsync(new byte[] { 5, method });
        if (method == 2)
        {
            await ReadAsync(peer, (await ReadAsync(peer, 2, sent))[1], sent);
            await ReadAsync(peer, (await ReadAsync(peer, 1, sent))[0], sent);
            await peer.SendAsync(new byte[] { 1, 0 });
        }

        await ReadAsync(peer, (await ReadAsync(peer, 5, sent))[4] + 2, sent);
        await peer.SendAsync(Convert.FromHexString(reply.Replace(" ", "", StringComparison.Ordinal)));
        End(peer);
        return [.. sent];
    }

    public void Dispose() => _listener.Dispose();

    private static void End(Socket peer)
    {
        try
        {
            peer.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Whoever dials has read enough and is gone, with a reset where something was left unread.
        }
    }

    private static async Task<byte[]> ReadAsync(Socket peer, int count, List<byte> sent)
    {
        var buffer = new byte[count];
        for (var read = 0; read < count;)
        {
            var got = await peer.ReceiveAsync(buffer.AsMemory(read));
            read += got > 0 ? got : throw new EndOfStreamException();
        }

        sent.AddRange(buffer);
        return buffer;
    }
}
