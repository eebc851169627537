using FastProxy.Client;
using FastProxy.Client.Carrying;

namespace FastProxy.Cli.Carrying;

/// <summary>One session on standard input and output. Standard output is payload and nothing else.</summary>
internal static class StdioSession
{
    public static Task<int> RunAsync(CarrierSetup setup, CarrierSettings settings)
    {
        var ends = new StandardEnds();
        return SignalledSession.RunAsync(
            ending => setup.Carrier.CarryAsync(setup.Request, ends.Open, ending), outcome => Report(setup, settings, ends, outcome));
    }

    /// <summary>Tells how a session failed, if it did; gives the exit code.</summary>
    private static int Report(CarrierSetup setup, CarrierSettings settings, StandardEnds ends, CarrierOutcome outcome)
    {
        if (outcome.Failure is null && ends.FailureBehind(outcome.Ending.Reason) is { } broken)
        {
            setup.Log.Error("session ended early", ("error", $"{broken.What}: {broken.Why}"), ("originURL", setup.Request.App.Authority));
            return Tell(broken, settings, outcome);
        }

        if (OutcomeText.Describe(outcome, setup.Request.App.Authority, setup.NearMiss) is not { } error)
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
}
