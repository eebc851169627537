using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace FastProxy.Transport.Sockets;

/// <summary>
/// A connected socket driven by an <see cref="EventLoop"/>: operations try at once and wait only for what the kernel does not have yet.
/// Waiting needs no buffer, so an idle socket holds none. Expected failures are values.
/// </summary>
/// <remarks>
/// One receive and one send may be under way at the same time. The <see cref="Socket"/>'s own asynchronous operations must not be used:
/// they would register it with .NET's loop as well, which would then be woken for every packet.
/// </remarks>
public sealed partial class LoopSocket : IDisposable
{
    /// <summary>
    /// How many operations may succeed at once in a row before others get their turn: 16 of at most 256 KiB are some 2 ms of work.
    /// </summary>
    private const int TurnLength = 16;

    /// <summary>A pipe holds four of the largest buffers.</summary>
    private const int TurnOfPipe = 4;

    private readonly Readiness _readable = new();
    private readonly SafeSocketHandle _handle;
    private readonly object _registration = new();
    private readonly bool _isTcp;
    private EventLoop? _loop;
    private PeerPulse _pulse;
    private ulong _ticket;
    private int _turn;
    private volatile bool _peerEnded;
    private volatile bool _inline;

    // Made by the first send that has to wait: most sessions never have one.
    private volatile Readiness? _writable;

    // Until the first wait nothing is known; registering with the loop then reports what is there.
    private volatile bool _drained = true;
    private volatile bool _closed;

    /// <summary>Takes a socket over that no asynchronous operation was started on.</summary>
    public LoopSocket(Socket socket)
    {
        Socket = socket;
        _handle = socket.SafeHandle;

        // Past .NET, which would make the state of its own event loop for it.
        SocketCalls.SetBlocking(_handle, blocking: false);
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            // Urgent data becomes ordinary data, in its place in the stream: a proxy has nothing else to do with it.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.OutOfBandInline, true);
            _isTcp = true;
        }
    }

    /// <summary>The socket, for its options and addresses.</summary>
    public Socket Socket { get; }

    /// <summary>Whether operations go on right on the loop's thread. Off at first: HTTP, TLS handshakes and logs do not belong there.</summary>
    internal bool Inline
    {
        set
        {
            _readable.Inline = value;
            _inline = value;
            if (_writable is { } writable)
            {
                writable.Inline = value;
            }
        }
    }

    /// <summary>Connects. Closing the socket ends the attempt with <see cref="SocketError.OperationAborted"/>.</summary>
    public async ValueTask<SocketError> ConnectAsync(EndPoint endPoint)
    {
        var address = endPoint.Serialize();
        var result = SocketCalls.Connect(_handle, address.Buffer.Span[..address.Size]);
        if (result != SocketCalls.InProgress)
        {
            // A unix socket whose backlog is full answers EAGAIN and never becomes writable: that is a refusal.
            return result == SocketCalls.WouldBlock ? SocketError.ConnectionRefused : SocketCalls.ToSocketError(result);
        }

        // Asked before it is watched: on the same host the handshake is over by now.
        while (!_closed && !Socket.Poll(0, SelectMode.SelectWrite))
        {
            var writable = _writable ??= new Readiness();
            await WaitAsync(writable, CancellationToken.None);
            writable.Lower();
        }

        return _closed
            ? SocketError.OperationAborted
            : (SocketError)(int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
    }

    /// <summary>Ends the watch and gives the connected socket back as one that knows its peer. Nothing may be under way.</summary>
    public Socket Detach()
    {
        lock (_registration)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _loop?.Remove(_ticket, _handle);
            _loop = null;
            SocketCalls.SetBlocking(_handle, blocking: true);

            // The connect went past .NET, which learns of it only by looking at the handle anew; the first object must not close it.
            GC.SuppressFinalize(Socket);
            return new Socket(_handle);
        }
    }

    /// <summary>
    /// Whether the peer has vanished, as the kernel's account shows over several calls (see <see cref="PeerPulse"/>); any thread may
    /// ask, as often as it likes. False for unix sockets, whose peers cannot vanish.
    /// </summary>
    /// <param name="keepAlive">The keep-alive interval, within two of which a peer is given up; zero never does.</param>
    /// <param name="impatient">Whether giving the peer up by mistake costs nobody anything.</param>
    internal bool HasLostPeer(TimeSpan keepAlive, bool impatient = false) =>
        _isTcp && !_closed && keepAlive > TimeSpan.Zero && _pulse.IsGone(_handle, keepAlive, impatient);

    /// <summary>Receives what there is, at least one byte; 0 is the end of the stream. Cancelling throws and loses no byte.</summary>
    internal ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        TryReceive(buffer.Span, out var result) ? new ValueTask<SocketResult>(result) : ReceiveSlowAsync(buffer, cancellationToken);

    /// <summary>Receives without waiting. False when there is nothing yet, or when others shall have their turn.</summary>
    internal bool TryReceive(Span<byte> buffer, out SocketResult result)
    {
        result = default;
        return BeginReceive(turns: 1) && EndReceive(SocketCalls.Receive(_handle, buffer), buffer.Length, out result);
    }

    /// <summary>Receives into several places at once, like <see cref="TryReceive(Span{byte}, out SocketResult)"/>.</summary>
    internal bool TryReceive(in Slots slots, out SocketResult result)
    {
        result = default;
        return BeginReceive(turns: 1) && EndReceive(SocketCalls.Receive(_handle, slots), slots.Length * slots.Count, out result);
    }

    /// <summary>
    /// Receives into a pipe without waiting. False when nothing came, which for splice(2) may have other reasons than that nothing is
    /// there (it stops at urgent data): <see cref="TryReceive(Span{byte}, out SocketResult)"/> then tells.
    /// </summary>
    internal bool TryReceive(KernelPipe pipe, int most, out SocketResult result)
    {
        result = default;
        if (!BeginReceive(TurnOfPipe))
        {
            return false;
        }

        // Neither a full pipe nor "nothing" says what is left in the socket: the next plain receive finds out.
        _drained = false;
        var received = SocketCalls.Receive(_handle, pipe, most);
        if (received == SocketCalls.WouldBlock)
        {
            return false;
        }

        pipe.Held += Math.Max(received, 0);
        result = ToResult(received);
        return true;
    }

    /// <summary>Waits until a receive will bring something: bytes, the end, or an error. Holds no buffer.</summary>
    internal ValueTask WaitReadableAsync(CancellationToken cancellationToken) =>
        MayHaveData && _turn <= TurnLength ? default : WaitForReadAsync(cancellationToken);

    /// <summary>Whether a receive would not have to wait, as far as is known without a system call.</summary>
    internal bool MayHaveData => !_drained || _peerEnded || _readable.IsRaised || _closed;

    /// <summary>Moves the socket to the loop of another one: the two directions of a session then never cross threads. Nothing may be under way.</summary>
    internal void Join(LoopSocket other)
    {
        other.Register();
        if (other._loop is not { } loop)
        {
            // Closed before it was ever watched: its first operation says so.
            return;
        }

        lock (_registration)
        {
            if (_loop == loop || _closed)
            {
                return;
            }

            _loop?.Remove(_ticket, _handle);
            Watch(loop);
        }
    }

    /// <summary>Called by the loop.</summary>
    internal void OnEvents(uint events)
    {
        if (!IsShared && (events & (Epoll.PeerHangUp | Epoll.HangUp | Epoll.Error)) != 0)
        {
            // For good; what listens has no peer, and whoever shares it may make it listen again.
            _peerEnded = true;
        }

        // Write first: a waiter that runs here and now may close the socket.
        if ((events & (Epoll.Out | Epoll.HangUp | Epoll.Error)) != 0)
        {
            _writable?.Raise(mayInline: true);
        }

        if ((events & (Epoll.In | Epoll.PeerHangUp | Epoll.HangUp | Epoll.Error)) != 0)
        {
            _readable.Raise(mayInline: true);
        }
    }

    /// <summary>Closes with an RST: the peer must not take a broken stream for a finished one.</summary>
    public void Reset() => Close(reset: true);

    /// <inheritdoc/>
    public void Dispose() => Close(reset: false);

    private void Close(bool reset)
    {
        lock (_registration)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _loop?.Remove(_ticket, IsShared ? _handle : null);
            _loop = null;
            if (IsShared)
            {
                // While no accept is under way: see TryAccept.
                Socket.Dispose();
            }
        }

        if (reset)
        {
            Abandon();
        }

        Socket.Dispose();

        _readable.Raise(mayInline: false);
        _writable?.Raise(mayInline: false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SocketResult> ReceiveSlowAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        SocketResult result;
        do
        {
            await WaitForReadAsync(cancellationToken);
        }
        while (!TryReceive(buffer.Span, out result));
        return result;
    }

    /// <summary>Only the reading side keeps turns: the writing side runs on other threads at times, and blocks by itself when its peer is slow.</summary>
    private ValueTask WaitForReadAsync(CancellationToken cancellationToken)
    {
        Register();
        if (_turn > TurnLength)
        {
            // Its turn is over, not its data: the loop comes back to it after the others.
            _loop?.Yield(_readable);
        }

        _turn = 0;

        // Whatever ends the wait is worth a try. Said ahead, so that an idle socket needs no state machine to say it afterwards.
        _drained = false;
        return WaitAsync(_readable, cancellationToken);
    }

    private ValueTask WaitAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        Register();
        if (_closed)
        {
            // Perhaps before the readiness was there to be raised.
            return default;
        }

        return cancellationToken.CanBeCanceled ? WaitCancellableAsync(readiness, cancellationToken) : readiness.WaitAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask WaitCancellableAsync(Readiness readiness, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(static state => ((Readiness)state!).Raise(mayInline: false), readiness))
        {
            await readiness.WaitAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Makes the close an RST (SO_LINGER with time 0).</summary>
    private void Abandon()
    {
        try
        {
            Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // Reset by the peer already.
        }
    }

    /// <summary>Takes a turn. The event is lowered before the try: one that comes after it counts for the next wait.</summary>
    private bool BeginReceive(int turns)
    {
        if (!MayHaveData || (_turn += turns) > TurnLength)
        {
            return false;
        }

        _readable.Lower();
        return true;
    }

    private bool EndReceive(int received, int asked, out SocketResult result)
    {
        result = default;
        if (received == SocketCalls.WouldBlock)
        {
            _drained = true;
            return false;
        }

        // epoll(7): a TCP socket that gave less than was asked for is empty, and the next byte raises a new edge. Not so where a receive
        // may stop early for another reason: at the end of the stream, at urgent data (one byte that was asked to stand out), and on
        // unix sockets at a message with descriptors.
        _drained = received > 0 && received < asked && _isTcp;
        result = ToResult(received);
        return true;
    }

    private static SocketResult ToResult(int received) =>
        received >= 0 ? new SocketResult(received, SocketError.Success) : new SocketResult(0, SocketCalls.ToSocketError(received));

    private void Register()
    {
        if (_loop is not null)
        {
            return;
        }

        lock (_registration)
        {
            if (_loop is null && !_closed)
            {
                Watch(EventLoop.Pick());
            }
        }
    }

    /// <summary>The caller holds the lock. A loop that cannot take the socket (no memory for a watch) closes it: every operation then ends.</summary>
    private void Watch(EventLoop loop)
    {
        _loop = null;
        if (loop.Add(this, _handle, out _ticket) == 0)
        {
            _loop = loop;
            return;
        }

        _closed = true;
        Socket.Dispose();
        _readable.Raise(mayInline: false);
        _writable?.Raise(mayInline: false);
    }
}
