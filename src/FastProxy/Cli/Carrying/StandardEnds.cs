using FastProxy.Client;
using FastProxy.Client.Carrying;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>Standard input and output as the local end of one session, and what kept it from reading or writing them.</summary>
internal sealed class StandardEnds
{
    private readonly StandardStream _input = StandardStream.OpenInput();
    private readonly StandardStream _output = StandardStream.OpenOutput();

    /// <summary>The local end. Called once.</summary>
    public SpliceEnd Open() => new StreamEnd(_input, _output, ReasonCode.ClientReset);

    /// <summary>
    /// What is wrong with them, where that is what ended the session: to the gateway it is a client that went away, but whoever reads the
    /// output must not take what is there for all of it.
    /// </summary>
    /// <param name="ending">How the session ended.</param>
    public CommandError? FailureBehind(ReasonCode ending) => ending is not (ReasonCode.Ok or ReasonCode.ClientReset) ? null
        : _output.Failure is { } unwritten ? new CommandError(ExitCode.Failed, "cannot write to standard output", unwritten)
        : _input.Failure is { } unread ? new CommandError(ExitCode.Failed, "cannot read standard input", unread)
        : null;
}
