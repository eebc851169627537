using System.Runtime.InteropServices;
using FastProxy.Client.Native;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Client.Carrying;

/// <summary>
/// Standard input or output as bytes, whatever it is: pipe, socket, terminal, file. Its blocking calls run on a thread of its
/// own, so that a stalled reader of our output starves nobody; cancelling abandons a call under way, after which the stream is
/// of no more use.
/// </summary>
public sealed class StandardStream : Stream
{
    private const int Input = 0;
    private const int Output = 1;
    private const int BrokenPipeSignal = 13;
    private const nint Ignore = 1;
    private const int Open = 0;
    private const int Claimed = 1;
    private const int Abandoned = 2;

    private readonly int _descriptor;
    private readonly SemaphoreSlim _requested = new(0);
    private Memory<byte> _buffer;
    private int _claim;
    private TaskCompletionSource<int>? _pending;
    private bool _started;
    private int _disposed;

    private StandardStream(int descriptor) => _descriptor = descriptor;

    /// <summary>
    /// Why a read or write failed, in the system's words; null while none has, and where only the other side went away (EPIPE, ECONNRESET),
    /// which is an end like any other.
    /// </summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => _descriptor == Input;

    /// <inheritdoc/>
    public override bool CanWrite => _descriptor == Output;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard input. One reader at a time.</summary>
    public static StandardStream OpenInput() => new(Input);

    /// <summary>Standard output; disposing it shows its reader the end. One writer at a time.</summary>
    public static StandardStream OpenOutput()
    {
        // A reader that went away shall be an error of the write, not the end of the process.
        LibC.Signal(BrokenPipeSignal, Ignore);
        return new StandardStream(Output);
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? new ValueTask<int>(0) : new ValueTask<int>(RequestAsync(buffer, cancellationToken));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? default : new ValueTask(RequestAsync(MemoryMarshal.AsMemory(buffer), cancellationToken));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _descriptor == Output && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // A socket on 0 and 1 alike ends its writing direction only so; for anything else the call does nothing.
            _ = LibC.Shutdown(_descriptor, 1);

            // The number stays taken: a later socket that got it would receive whatever is printed by mistake.
            using SafeFileHandle nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
            _ = LibC.Duplicate(nowhere.DangerousGetHandle().ToInt32(), _descriptor);
        }

        base.Dispose(disposing);
    }

    private Task<int> RequestAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<int>(cancellationToken);
        }

        var pending = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _buffer = buffer;
        _pending = pending;
        Volatile.Write(ref _claim, Open);
        if (!_started)
        {
            _started = true;
            new Thread(Work) { IsBackground = true, Name = _descriptor == Input ? "stdin" : "stdout" }.Start();
        }

        _requested.Release();
        return _descriptor == Input ? WaitForInputAsync(pending, cancellationToken) : pending.Task.WaitAsync(cancellationToken);
    }

    private async Task<int> WaitForInputAsync(TaskCompletionSource<int> pending, CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(static (state, token) => ((StandardStream)state!).Abandon(token), this))
        {
            return await pending.Task;
        }
    }

    /// <summary>Gives the buffer back at once, unless bytes are being read into it right now.</summary>
    private void Abandon(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _claim, Abandoned, Open) == Open)
        {
            _pending!.TrySetCanceled(cancellationToken);
        }
    }

    private void Work()
    {
        while (true)
        {
            _requested.Wait();
            if (_descriptor == Input)
            {
                // Waiting needs no buffer, and whoever waits for us may have given up meanwhile and lent the buffer elsewhere.
                Wait();
                if (Interlocked.CompareExchange(ref _claim, Claimed, Open) != Open)
                {
                    return;
                }
            }

            var (pending, buffer) = (_pending!, _buffer);
            var done = 0;
            int count;
            do
            {
                count = Transfer(buffer.Span[done..]);
                done += Math.Max(count, 0);
            }
            while (_descriptor == Output && count > 0 && done < buffer.Length);

            if (count < 0)
            {
                pending.SetException(new IOException(_descriptor == Input ? "standard input cannot be read" : "standard output cannot be written"));
            }
            else
            {
                pending.SetResult(done);
            }
        }
    }

    /// <summary>Waits until a read or write would not block, or fail.</summary>
    private void Wait()
    {
        var wait = new PollDescriptor { Descriptor = _descriptor, Events = _descriptor == Input ? LibC.PollIn : LibC.PollOut };
        while (LibC.Poll(ref wait, 1, -1) < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted)
        {
        }
    }

    /// <summary>One read or write; below zero when it failed.</summary>
    private unsafe int Transfer(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = _descriptor == Input
                    ? LibC.Read(_descriptor, start, (nuint)buffer.Length)
                    : LibC.Write(_descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case LibC.Interrupted:
                        continue;
                    case LibC.TryAgain:
                        // Whoever started us left the descriptor non-blocking, and it is not ours to change: it may be shared.
                        Wait();
                        continue;
                    case LibC.BrokenPipe or LibC.ConnectionReset:
                        return -1;
                    case var number:
                        Failure = SystemError.Describe(number);
                        return -1;
                }
            }
        }
    }
}
