using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Faults;

/// <summary>Sessions by CONNECT to a bastion's unix socket, towards a <see cref="CountingPeer"/>.</summary>
/// <param name="path">The socket.</param>
/// <param name="host">The application.</param>
public sealed class AgentClient(string path, string host)
{
    private readonly byte[] _request = Encoding.ASCII.GetBytes($"CONNECT {host}:1 HTTP/1.1\r\n\r\n");

    /// <summary>Sends random bytes and compares the answer with their hash.</summary>
    /// <param name="pieces">How many pieces they are sent in.</param>
    /// <param name="length">Bytes of a piece.</param>
    /// <param name="pause">Time between two pieces.</param>
    /// <param name="opened">Called when it is open; null for nobody.</param>
    /// <param name="cancellationToken">Gives up, by throwing: the session hangs.</param>
    /// <exception cref="InvalidDataException">The answer is complete and wrong, or a refusal says nothing.</exception>
    public async Task<SessionFate> RunAsync(int pieces, int length, TimeSpan pause, Action? opened, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        try
        {
            await socket.SendAllAsync(_request, cancellationToken);
            var head = await ReadHeadAsync(socket, cancellationToken);
            if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            {
                return head.Contains("\r\nCf-Access-Error: ", StringComparison.Ordinal) ? SessionFate.Refused : throw new InvalidDataException($"a refusal that says nothing: '{head}'");
            }

            opened?.Invoke();
            var answering = ReadToEndAsync(socket, cancellationToken);
            var expected = await SendAsync(socket, pieces, length, pause, cancellationToken);
            var answer = await answering;
            return answer.Length < expected.Length ? SessionFate.Lost
                : answer.AsSpan().SequenceEqual(expected) ? SessionFate.Completed
                : throw new InvalidDataException("the origin received other bytes than were sent");
        }
        catch (SocketException)
        {
            return SessionFate.Lost;
        }
    }

    private static async Task<byte[]> SendAsync(Socket socket, int pieces, int length, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < pieces; i++)
        {
            var piece = RandomNumberGenerator.GetBytes(length);
            hash.AppendData(piece);
            await socket.SendAllAsync(piece, cancellationToken);
            await Task.Delay(i < pieces - 1 ? pause : TimeSpan.Zero, cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
        return hash.GetHashAndReset();
    }

    private static async Task<string> ReadHeadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one, cancellationToken) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[1024];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0;)
            {
                all.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // Cut short, which the length shows.
        }

        return all.ToArray();
    }
}
