using FastProxy.Client.Carrying;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>One session that is the whole process: a signal ends it in order, and then the process, as if it had not been caught.</summary>
internal static class SignalledSession
{
    // What a reset needs to reach the gateway; a process that was told to go does not wait longer.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    /// <summary>Runs a session to its end; gives the exit code.</summary>
    /// <param name="start">Starts it; the token ends it as if its local end had been reset.</param>
    /// <param name="report">Tells how it failed, if it did; gives the exit code.</param>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<CarrierOutcome>> start, Func<CarrierOutcome, int> report)
    {
        using var signals = new TerminationSignals();
        using var ending = new CancellationTokenSource();
        var session = start(ending.Token);
        if (await Task.WhenAny(session, SignalledAsync(signals.Token)) != session)
        {
            if (signals.HungUp)
            {
                // Standard input ends in the same moment: the session may still end in order, and the other side says how.
                await Task.WhenAny(session, Task.Delay(s_lastWords, TimeProvider.System));
            }

            await ending.CancelAsync();
            await Task.WhenAny(session, Task.Delay(s_lastWords, TimeProvider.System));
            if (session.IsCompleted && await session is { Failure: null, Ending.Reason: not ReasonCode.ClientReset } ended)
            {
                // The other side ended it, and ssh hung up because of that: whoever looks at ssh's terminal wants to know why.
                report(ended);
            }

            signals.RaiseAgain();
        }

        return report(await session);
    }

    private static async Task SignalledAsync(CancellationToken signalled)
    {
        var source = new TaskCompletionSource();
        await using var registration = signalled.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), source);
        await source.Task;
    }
}
