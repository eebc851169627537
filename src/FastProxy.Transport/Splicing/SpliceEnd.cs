using FastProxy.Transport.Sockets;
using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// One end of a splice: it fills a batch of its own with what its peer sent, sends the other end's batch, and can end its
/// writing direction while it still reads (half-close).
/// </summary>
/// <remarks>
/// One fill and one send may be under way at the same time, never two of a kind. Expected endings are values:
/// no member throws for what a peer or the network does.
/// </remarks>
public abstract class SpliceEnd : IAsyncDisposable
{
    /// <summary>What the last fill received. Borrowed by the other end until its send completes.</summary>
    public abstract SpliceBatch Batch { get; }

    /// <summary>Why the end failed; <see cref="ReasonCode.Ok"/> while it has not.</summary>
    public abstract ReasonCode Fault { get; }

    /// <summary>Whether the peer can go on sending after it was told that no more bytes come.</summary>
    public virtual bool HalfCloses => true;

    /// <summary>
    /// Waits for bytes and receives them into <see cref="Batch"/>. Calling it says that the previous batch has been sent.
    /// </summary>
    public abstract ValueTask<FillStatus> FillAsync();

    /// <summary>Sends every byte of another end's batch. False when the end failed.</summary>
    public abstract ValueTask<bool> SendAsync(SpliceBatch batch);

    /// <summary>Tells the peer that no more bytes come; receiving goes on. False when the end failed.</summary>
    public abstract ValueTask<bool> CloseWriteAsync();

    /// <summary>Says "still here" if nothing is being sent; ends without such a thing do nothing.</summary>
    public virtual ValueTask KeepAliveAsync() => default;

    /// <summary>Breaks the end at once so that a pending fill or send returns. May be called at any time, by any thread, repeatedly.</summary>
    /// <param name="reason">Why; an end whose protocol can say it tells its peer.</param>
    public abstract void Abort(ReasonCode reason);

    /// <summary>
    /// Makes a pending or coming fill return <see cref="FillStatus.EndOfData"/> without harming what is still being sent.
    /// May be called at any time, by any thread, repeatedly.
    /// </summary>
    public abstract void StopReading();

    /// <summary>
    /// After <see cref="FillStatus.EndOfData"/>: waits for what may still end the session from the peer's side (a reset, a revocation, its
    /// disappearance) until <see cref="StopReading"/>. False when it came, and <see cref="Fault"/> says what; <see cref="ReasonCode.Ok"/> where
    /// the session is over in order, whatever the other end may still have to send. An end that learns of such things only by writing says
    /// true at once.
    /// </summary>
    public virtual ValueTask<bool> WatchAsync() => ValueTask.FromResult(true);

    /// <summary>Ends what is still open, in order and within a bounded time: FIN, drain, close. Called once, after the last fill and send.</summary>
    /// <param name="reason">How the splice ended.</param>
    /// <returns>How the session really ended: the peer may know better (the code of a <c>closed</c> message).</returns>
    public abstract ValueTask<ReasonCode> FinishAsync(ReasonCode reason);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Whether this end sends bytes that lie in a <see cref="KernelPipe"/>.</summary>
    internal virtual bool TakesPipe => Beneath?.TakesPipe == true;

    /// <summary>Whether fills may leave bytes in a pipe: the other end takes one. Set before the first fill; ends that cannot ignore it.</summary>
    internal virtual bool MayPipe
    {
        get => Beneath?.MayPipe == true;
        set
        {
            if (Beneath is { } beneath)
            {
                beneath.MayPipe = value;
            }
        }
    }

    /// <summary>Bytes this end wants free after every 16 KiB of the batches it sends, for a stock peer's headers; 0 for none.</summary>
    internal virtual int Gap => Beneath?.Gap ?? 0;

    /// <summary>The socket beneath, where an event loop drives it; null for pipes, standard input and output.</summary>
    internal virtual LoopSocket? Loop => Beneath?.Loop;

    /// <summary>What it means to the session that the peer of this end has vanished.</summary>
    internal virtual ReasonCode Loss => Beneath?.Loss ?? ReasonCode.StreamLost;

    /// <summary>The end that this one passes everything on to; null where it has a connection of its own.</summary>
    protected virtual SpliceEnd? Beneath => null;
}
