using System.Runtime.InteropServices;
using System.Text;
using FastProxy.Client.Connecting;
using FastProxy.Client.Native;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Agent;

/// <summary>
/// A connection to the bastion's unix socket, from the asking side. Blocking, without a thread, a socket engine or a configuration: what
/// it costs is added to every ssh. Of the answer exactly the head is taken, because a byte taken beyond it would be missing in the session.
/// </summary>
public sealed unsafe class AgentSocket : IDisposable
{
    private const int MaxPathBytes = 107;
    private const int MaxHeadBytes = 16 * 1024;

    private int _descriptor;
    private int _outcome = -1;

    private AgentSocket(int descriptor) => _descriptor = descriptor;

    /// <summary>The descriptor, this object's to close.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Connects.</summary>
    /// <param name="path">The path of the bastion's socket.</param>
    /// <param name="absent">Whether it failed because no bastion listens there.</param>
    /// <param name="error">Why it failed; empty where it did not.</param>
    public static AgentSocket? Connect(string path, out bool absent, out string error)
    {
        absent = false;
        var bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length is 0 or > MaxPathBytes)
        {
            error = $"a socket's path has 1 to {MaxPathBytes} bytes";
            return null;
        }

        // struct sockaddr_un: the family, then the path with its zero byte.
        var address = stackalloc byte[2 + MaxPathBytes + 1];
        *(ushort*)address = LibC.UnixFamily;
        bytes.CopyTo(new Span<byte>(address + 2, MaxPathBytes));
        address[2 + bytes.Length] = 0;

        var descriptor = LibC.OpenSocket(LibC.UnixFamily, LibC.StreamSocket | LibC.CloseOnExec, 0);
        if (descriptor >= 0)
        {
            int result;
            do
            {
                result = LibC.Connect(descriptor, address, 2 + bytes.Length + 1);
            }
            while (result < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
            if (result == 0)
            {
                error = "";
                return new AgentSocket(descriptor);
            }
        }

        var number = Marshal.GetLastPInvokeError();
        error = SystemError.Describe(number);
        absent = number is LibC.NoEntry or LibC.ConnectionRefused;
        if (descriptor >= 0)
        {
            _ = LibC.Close(descriptor);
        }

        return null;
    }

    /// <summary>Asks for a session and waits for the answer. Null when the bastion went away without one.</summary>
    /// <param name="host">The application: a host name.</param>
    /// <param name="wantsOutcome">Whether the bastion is asked to say how the session ends; one that does not know how opens it all the same.</param>
    public AgentAnswer? Ask(string host, bool wantsOutcome)
    {
        // A refusal may come before the question was sent, and is read all the same.
        var outcome = wantsOutcome ? $"{StreamProtocol.OutcomeHeader}: {StreamProtocol.OutcomeDescriptor}\r\n" : "";
        _ = TrySend(Encoding.ASCII.GetBytes($"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n{outcome}\r\n"));
        if (ReadHead() is not { } head)
        {
            return null;
        }

        var answer = AgentAnswer.Parse(head, ReadBody);
        return answer.TellsOutcome && _outcome < 0
            ? new AgentAnswer(new ConnectFailure(ConnectStage.Handshake, "the descriptor that the bastion sent with its answer did not arrive"))
            : answer;
    }

    /// <summary>Gives the descriptor away: it is the caller's now.</summary>
    public int Release()
    {
        var descriptor = _descriptor;
        _descriptor = -1;
        return descriptor;
    }

    /// <summary>Gives the descriptor away on which the bastion says how the session ends; -1 where there is none.</summary>
    public int ReleaseOutcome()
    {
        var outcome = _outcome;
        _outcome = -1;
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = LibC.Close(Release());
        }

        if (_outcome >= 0)
        {
            _ = LibC.Close(ReleaseOutcome());
        }
    }

    private bool TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                var count = LibC.Send(_descriptor, start + sent, (nuint)(bytes.Length - sent), LibC.NoSignal);
                if (count < 0 && Marshal.GetLastPInvokeError() != LibC.Interrupted)
                {
                    return false;
                }

                sent += (int)Math.Max(count, 0);
            }
        }

        return true;
    }

    private byte[]? ReadHead()
    {
        var buffer = new byte[MaxHeadBytes];
        var length = 0;
        while (length < buffer.Length)
        {
            var seen = Receive(buffer.AsSpan(length), LibC.Peek);
            if (seen <= 0)
            {
                return null;
            }

            // What came belongs to the head up to and with its empty line, which may have begun in the part before.
            var from = Math.Max(0, length - 3);
            var end = buffer.AsSpan(from, length + seen - from).IndexOf("\r\n\r\n"u8);
            var taken = end < 0 ? seen : from + end + 4 - length;
            var count = Take(buffer.AsSpan(length, taken));
            length += count;
            if (end >= 0 && count == taken)
            {
                return buffer[..length];
            }
        }

        return null;
    }

    /// <summary>Takes what was seen, and the descriptor beside it: a receive that has no place for one would drop it.</summary>
    private int Take(Span<byte> seen)
    {
        var count = PassedDescriptor.Receive(_descriptor, seen, out var descriptor);
        if (descriptor >= 0)
        {
            if (_outcome >= 0)
            {
                _ = LibC.Close(_outcome);
            }

            _outcome = descriptor;
        }

        return Math.Max(count, 0);
    }

    /// <summary>Reads the body of a refusal, behind which nothing comes.</summary>
    private byte[] ReadBody(int wanted)
    {
        var body = new byte[wanted];
        var length = 0;
        while (length < wanted && Receive(body.AsSpan(length), 0) is var count and > 0)
        {
            length += count;
        }

        return body[..length];
    }

    private int Receive(Span<byte> buffer, int flags)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = LibC.Receive(_descriptor, start, (nuint)buffer.Length, flags);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
            return (int)count;
        }
    }
}
