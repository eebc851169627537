namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>The signals tests send, by their Linux numbers.</summary>
public enum PosixSignalNumber
{
    /// <summary>Hang-up: reload, or the end of an ssh client.</summary>
    Hangup = 1,

    /// <summary>Ctrl+C.</summary>
    Interrupt = 2,

    /// <summary>kill -9.</summary>
    Kill = 9,

    /// <summary>Stop in order.</summary>
    Terminate = 15,

    /// <summary>Go on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Stand still.</summary>
    Stop = 19,
}
