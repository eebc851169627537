namespace FastProxy.Load.Reporting;

/// <summary>One line of the targets: a figure and its bound.</summary>
/// <param name="Number">P1 to P10, or a word where the promise has no number.</param>
/// <param name="Text">What is compared with what.</param>
/// <param name="Figure">Null: not measured.</param>
/// <param name="Bound">What it must reach.</param>
/// <param name="AtLeast">Whether the bound is a lower one.</param>
internal sealed record Target(string Number, string Text, double? Figure, double Bound, bool AtLeast = false)
{
    private const double Noise = 0.05;

    public Verdict Verdict => Figure switch
    {
        null => Verdict.NotMeasured,
        _ when Math.Abs((Figure.Value / Bound) - 1) <= Noise => Verdict.Draw,
        _ => Figure.Value >= Bound == AtLeast ? Verdict.Met : Verdict.Missed,
    };
}
