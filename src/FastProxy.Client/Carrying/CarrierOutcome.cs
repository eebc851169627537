using FastProxy.Client.Connecting;
using FastProxy.Transport.Splicing;

namespace FastProxy.Client.Carrying;

/// <summary>How a carried session went: it did not come to be, or it ended.</summary>
/// <param name="Failure">Why it did not come to be; null where it did.</param>
/// <param name="Ending">How it ended; meaningless where it did not come to be.</param>
/// <param name="Request">The request id; null where there is none.</param>
public readonly record struct CarrierOutcome(ConnectFailure? Failure, SpliceOutcome Ending, string? Request)
{
    /// <summary>The exit code of a process that carried this one session.</summary>
    public ExitCode ExitCode => Failure is not null ? ExitCodes.Of(Failure) : ExitCodes.Of(Ending.Reason);
}
