using System.Net.Sockets;
using FastProxy.Client.Agent;
using FastProxy.Client.Native;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Client.Bastion;

/// <summary>
/// The pipe on which a client of the unix socket learns how its session ended: a unix socket cannot be reset, so a session that was cut would
/// look like one that is over. The client gets the reading end with its answer; the writing end is closed with the session, and by the kernel
/// where the bastion is killed.
/// </summary>
internal sealed class OutcomePipe : IDisposable
{
    private readonly SafeFileHandle _readEnd;
    private readonly SafeFileHandle _writeEnd;

    private OutcomePipe(SafeFileHandle readEnd, SafeFileHandle writeEnd) => (_readEnd, _writeEnd) = (readEnd, writeEnd);

    /// <summary>A new pipe; null where the system has no descriptors left for one.</summary>
    public static unsafe OutcomePipe? TryCreate()
    {
        var ends = stackalloc int[2];
        if (LibC.OpenPipe(ends, LibC.CloseOnExec | LibC.NonBlocking) != 0)
        {
            return null;
        }

        // One page, which is more than a line: of the pages that all pipes of a user may have (pipe-user-pages-soft, 16384), a new pipe counts
        // 16, and those that carry the bytes of sessions need theirs. Where it is refused, it just counts more.
        _ = LibC.Control(ends[1], LibC.SetPipeSize, Environment.SystemPageSize);
        return new OutcomePipe(new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>
    /// Sends the client its answer with the reading end, which this process then has no more. False where the system did not take it; a client
    /// that is gone throws <see cref="SocketException"/> or <see cref="ObjectDisposedException"/>, at the latest when it is sent anything else.
    /// </summary>
    /// <param name="socket">The client, to whom nothing was sent yet.</param>
    /// <param name="answer">The whole answer.</param>
    public bool TryPass(Socket socket, ReadOnlySpan<byte> answer)
    {
        using (_readEnd)
        {
            var sent = PassedDescriptor.Send(socket.SafeHandle, answer, _readEnd, LibC.DontWait);
            if (sent > 0 && sent < answer.Length)
            {
                // It has the descriptor already.
                socket.Send(answer[sent..]);
            }

            return sent > 0;
        }
    }

    /// <summary>Says how the session ended. Called at most once; a client that is gone hears nothing.</summary>
    public unsafe void Tell(AgentOutcome outcome)
    {
        // An empty pipe takes a line at once and whole, so there is nothing to wait for and nothing to try again.
        var line = outcome.Encode();
        fixed (byte* start = line)
        {
            _ = LibC.Write(_writeEnd, start, (nuint)line.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _readEnd.Dispose();
        _writeEnd.Dispose();
    }
}
