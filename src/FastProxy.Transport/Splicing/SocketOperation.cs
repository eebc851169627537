using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// One reusable asynchronous socket operation that completes with a value. <see cref="Socket"/>'s own awaitables throw for a
/// reset, which for a proxy is an ordinary ending.
/// </summary>
internal sealed class SocketOperation : SocketAsyncEventArgs, IValueTaskSource<SocketResult>
{
    private ManualResetValueTaskSourceCore<SocketResult> _source;

    public SocketOperation()
        : base(true /* no ExecutionContext to flow: nothing here is ambient */)
    {
    }

    public ValueTask<SocketResult> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        SetBuffer(buffer);
        return StartAsync(socket, static (s, self) => s.ReceiveAsync(self));
    }

    public ValueTask<SocketResult> SendAsync(Socket socket, ReadOnlyMemory<byte> buffer)
    {
        BufferList = null;
        SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer));
        return StartAsync(socket, static (s, self) => s.SendAsync(self));
    }

    public ValueTask<SocketResult> SendAsync(Socket socket, List<ArraySegment<byte>> segments)
    {
        SetBuffer(null, 0, 0);
        BufferList = segments;
        return StartAsync(socket, static (s, self) => s.SendAsync(self));
    }

    SocketResult IValueTaskSource<SocketResult>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SocketResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<SocketResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.FlowExecutionContext);

    protected override void OnCompleted(SocketAsyncEventArgs e) => _source.SetResult(new SocketResult(BytesTransferred, SocketError));

    private ValueTask<SocketResult> StartAsync(Socket socket, Func<Socket, SocketOperation, bool> start)
    {
        _source.Reset();
        try
        {
            return start(socket, this)
                ? new ValueTask<SocketResult>(this, _source.Version)
                : new ValueTask<SocketResult>(new SocketResult(BytesTransferred, SocketError));
        }
        catch (ObjectDisposedException)
        {
            // The other pump aborted the end between two operations.
            return new ValueTask<SocketResult>(new SocketResult(0, SocketError.OperationAborted));
        }
    }
}
