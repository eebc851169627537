using System.Net.Sockets;
using FastProxy.Client;
using FastProxy.Client.Agent;
using FastProxy.Client.Carrying;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>A session that the bastion has opened, on standard input and output.</summary>
internal static class AgentSession
{
    /// <summary>Carries it to its end; gives the exit code.</summary>
    /// <param name="descriptor">The connection to the bastion, the session's to close.</param>
    /// <param name="outcome">Where the bastion says how the session ends, the session's to close; -1 where it does not, and every end of it is one in order.</param>
    /// <param name="host">The application.</param>
    public static Task<int> RunAsync(int descriptor, int outcome, string host)
    {
        var ends = new StandardEnds();
        var reader = outcome < 0 ? null : OutcomeReader.Start(outcome);
        return SignalledSession.RunAsync(
            ending => CarryAsync(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), reader, ends, ending),
            ended => (ends.FailureBehind(ended.Ending.Reason) ?? Describe(ended, reader, host))?.Report() ?? (int)ExitCode.Ok);
    }

    private static async Task<CarrierOutcome> CarryAsync(Socket socket, OutcomeReader? outcome, StandardEnds ends, CancellationToken cancellationToken)
    {
        SpliceEnd bastion = outcome is null ? new SocketEnd(socket, ReasonCode.StreamLost) : new AgentEnd(socket, outcome);
        var ending = await Splice.RunAsync(ends.Open(), bastion, SpliceOptions.Default, static () => ReasonCode.ClientReset, cancellationToken);
        return new CarrierOutcome(null, ending, outcome is { Said.IsCompleted: true } ? (await outcome.Said)?.Request : null);
    }

    private static CommandError? Describe(CarrierOutcome ended, OutcomeReader? outcome, string host)
    {
        var error = OutcomeText.Describe(ended, host);
        return ended.Ending.Reason switch
        {
            // Only a bastion that says how its sessions end has said nothing about this one.
            ReasonCode.StreamLost when outcome is { Said: { IsCompleted: true, Result: null } } => error! with { Why = "the bastion on this machine went away; bytes may be missing" },
            ReasonCode.StreamLost when outcome is null => error! with { Why = "the bastion ended it; its log says why" },

            // To whom it happens it is one word, whichever of the two says it.
            ReasonCode.PolicyDenied => error! with { Why = "the bastion or the gateway ended it: no rule or policy admits it any more" },
            ReasonCode.Shutdown => error! with { Why = "the bastion or the gateway is stopping" },
            _ => error,
        };
    }
}
