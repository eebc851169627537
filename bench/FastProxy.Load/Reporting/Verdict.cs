namespace FastProxy.Load.Reporting;

/// <summary>How a figure stands to its target.</summary>
internal enum Verdict
{
    Met,

    /// <summary>Within 5 %, which is what two runs of one program differ by.</summary>
    Draw,

    Missed,

    NotMeasured,
}
