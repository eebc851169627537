using FastProxy.Client;
using FastProxy.Client.Carrying;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>One session on standard input and output. Standard output is payload and nothing else.</summary>
internal static class StdioSession
{
    // What a reset needs to reach the gateway; a process that was told to go does not wait longer.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(CarrierSetup setup, CarrierSettings settings)
    {
        using var signals = new TerminationSignals();
        using var ending = new CancellationTokenSource();
        var ends = new StandardEnds();
        var session = setup.Carrier.CarryAsync(setup.Request, ends.Open, ending.Token);
        if (await Task.WhenAny(session, SignalledAsync(signals.Token)) != session)
        {
            if (signals.HungUp)
            {
                // Standard input ends in the same moment: the session may still end in order, and the gateway says how.
                await Task.WhenAny(session, Task.Delay(s_lastWords, TimeProvider.System));
            }

            await ending.CancelAsync();
            await Task.WhenAny(session, Task.Delay(s_lastWords, TimeProvider.System));
            if (session.IsCompleted && await session is { Failure: null, Ending.Reason: not ReasonCode.ClientReset } ended)
            {
                // The other side ended it, and ssh hung up because of that: whoever looks at ssh's terminal wants to know why.
                Report(setup, settings, ends, ended);
            }

            signals.RaiseAgain();
        }

        return Report(setup, settings, ends, await session);
    }

    /// <summary>Tells how a session failed, if it did; gives the exit code.</summary>
    private static int Report(CarrierSetup setup, CarrierSettings settings, StandardEnds ends, CarrierOutcome outcome)
    {
        if (outcome.Failure is null && ends.FailureBehind(outcome.Ending.Reason) is { } broken)
        {
            setup.Log.Error("session ended early", ("error", $"{broken.What}: {broken.Why}"), ("originURL", setup.Request.App.Authority));
            return Tell(broken, settings, outcome);
        }

        if (OutcomeText.Describe(outcome, setup.Request.App) is not { } error)
        {
            return (int)ExitCode.Ok;
        }

        if (settings.WithoutBastion is { } absent && outcome.Failure is not null)
        {
            error = error with { Why = $"{absent}; asked the gateway itself: {error.Why}" };
        }

        setup.Log.Error("failed to connect to origin", ("error", error.Why), ("originURL", setup.Request.App.Authority), ("reason", error.Reason));
        return Tell(error, settings, outcome);
    }

    /// <summary>cloudflared knows 0 for every session that ran and 1 for every one that did not.</summary>
    private static int Tell(CommandError error, CarrierSettings settings, CarrierOutcome outcome) =>
        (settings.DropIn ? error with { ExitCode = outcome.Failure is null ? ExitCode.Ok : ExitCode.Failed } : error).Report();

    private static async Task SignalledAsync(CancellationToken signalled)
    {
        var source = new TaskCompletionSource();
        await using var registration = signalled.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), source);
        await source.Task;
    }
}
