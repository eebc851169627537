using System.Net.Sockets;

namespace FastProxy.Transport.Sockets;

/// <content>A socket that listens: what <see cref="Listening.SocketListener"/> needs beside the wait.</content>
public sealed partial class LoopSocket
{
    /// <summary>
    /// Whether somebody else holds the same open file description, as a service manager does of a socket that it has passed. Closing our
    /// descriptor then does not end the watch, as it does otherwise without a system call (epoll(7)), and what is done to the socket is done
    /// to theirs. Defaults to false.
    /// </summary>
    internal bool IsShared { get; init; }

    /// <summary>
    /// Watches a socket that listens, unless it is watched already. Returns 0, or why there is no watch (<see cref="Epoll.Add"/>): unlike a
    /// connection, which is of no use then, it stays open, and may ask again.
    /// </summary>
    internal int Watch()
    {
        if (_loop is not null)
        {
            return 0;
        }

        lock (_registration)
        {
            if (_loop is not null || _closed)
            {
                return 0;
            }

            var loop = EventLoop.Pick();
            var error = loop.Add(this, _handle, out _ticket);
            _loop = error == 0 ? loop : null;
            return error;
        }
    }

    /// <summary>Accepts without waiting, on a socket that listens. False when nobody is there yet, or when others shall have their turn.</summary>
    /// <param name="accepted">The connection; null where the kernel could not make it.</param>
    /// <param name="error">Why it could not.</param>
    internal bool TryAccept(out Socket? accepted, out SocketError error)
    {
        (accepted, error) = (null, SocketError.Success);
        if (!BeginReceive(turns: 1))
        {
            return false;
        }

        // One event may stand for many who came at once: only the kernel's "nobody" says that the queue is empty.
        // Under the lock, because .NET ends a call that it finds under way by shutting the socket down, which whoever shares it would feel.
        int descriptor;
        lock (_registration)
        {
            descriptor = _closed ? SocketCalls.Closed : SocketCalls.Accept(_handle);
        }

        _drained = descriptor == SocketCalls.WouldBlock;
        if (_drained)
        {
            return false;
        }

        if (descriptor >= 0)
        {
            accepted = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
        else
        {
            // Its turn begins anew, as whoever cannot accept waits before it tries again.
            _turn = 0;
            error = SocketCalls.ToSocketError(descriptor);
        }

        return true;
    }
}
