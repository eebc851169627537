namespace FastProxy.FunctionalTests.Faults;

/// <summary>How a session went, as its client saw it.</summary>
public enum SessionFate
{
    /// <summary>Every byte arrived, and the whole answer came back.</summary>
    Completed,

    /// <summary>It was not opened, and the answer said why.</summary>
    Refused,

    /// <summary>It was open and ended early.</summary>
    Lost,
}
