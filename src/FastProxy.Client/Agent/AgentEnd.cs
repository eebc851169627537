using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Agent;

/// <summary>
/// The bastion's end of a session, whose outcome comes beside it. A unix socket ends in one way only, whether the session is over or was
/// cut: so its end, and its failures, say no more than that nothing more comes or goes, and what the bastion says decides. What it had sent
/// before is delivered in any case.
/// </summary>
public sealed class AgentEnd : SpliceEnd
{
    private readonly SocketEnd _socket;
    private readonly OutcomeReader _outcome;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ReasonCode _fault;

    /// <summary>Takes both over.</summary>
    /// <param name="socket">The connection to the bastion, past its answer.</param>
    /// <param name="outcome">Where the bastion says how the session ended.</param>
    public AgentEnd(Socket socket, OutcomeReader outcome)
    {
        _socket = new SocketEnd(socket, ReasonCode.StreamLost);
        _outcome = outcome;
    }

    /// <inheritdoc/>
    public override SpliceBatch Batch => _socket.Batch;

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault;

    /// <inheritdoc/>
    protected override SpliceEnd? Beneath => _socket;

    /// <inheritdoc/>
    public override ValueTask<FillStatus> FillAsync()
    {
        var filling = _socket.FillAsync();
        return filling.IsCompletedSuccessfully ? ValueTask.FromResult(Understand(filling.Result)) : FillSlowAsync(filling);
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        var sending = _socket.SendAsync(batch);
        return sending.IsCompletedSuccessfully && sending.Result ? ValueTask.FromResult(true) : SendSlowAsync(sending);
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> CloseWriteAsync() => await _socket.CloseWriteAsync() || !IsAborted;

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        // First, because whoever sees it aborted asks why.
        SetFault(reason);
        if (_aborted.TrySetResult())
        {
            _socket.Abort(reason);
            _stopped.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public override void StopReading()
    {
        _socket.StopReading();
        _stopped.TrySetResult();
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> WatchAsync()
    {
        if (await Task.WhenAny(_outcome.Said, _stopped.Task) == _stopped.Task)
        {
            return true;
        }

        // In order as well, where the bastion's gateway does not wait for what this side may still have to say.
        SetFault(await ReasonAsync());
        return false;
    }

    /// <inheritdoc/>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        // The outcome comes when the origin has taken everything, however slow that is. The splice's time limits are still in force.
        if (reason == ReasonCode.Ok && await Task.WhenAny(_outcome.Said, _aborted.Task) == _outcome.Said)
        {
            reason = await ReasonAsync();
        }

        await _socket.FinishAsync(reason);
        return reason;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _socket.DisposeAsync();

    private bool IsAborted => _aborted.Task.IsCompleted;

    /// <summary>A bastion that says nothing, or that it was this side that broke off, has lost the session.</summary>
    private async Task<ReasonCode> ReasonAsync() =>
        await _outcome.Said is { Reason: not ReasonCode.ClientReset and var reason } ? reason : ReasonCode.StreamLost;

    private FillStatus Understand(FillStatus filled) => filled == FillStatus.Failed && !IsAborted ? FillStatus.EndOfData : filled;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FillStatus> FillSlowAsync(ValueTask<FillStatus> filling) => Understand(await filling);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendSlowAsync(ValueTask<bool> sending)
    {
        if (await sending)
        {
            return true;
        }

        // What a bastion does not take any more is lost. Whether the session was over by then its outcome says, once everything that the
        // bastion had sent is delivered; until then nothing more is taken from standard input, which may be endless.
        await _stopped.Task;
        return false;
    }

    /// <summary>The first one counts.</summary>
    private void SetFault(ReasonCode reason) => Interlocked.CompareExchange(ref _fault, reason, ReasonCode.Ok);
}
