namespace FastProxy.Access.Organizations;

/// <summary>What happens to a service token that nobody has used for long and that no rule names.</summary>
/// <param name="Enabled">Whether anything happens.</param>
/// <param name="ThresholdDays">How many days without a use it takes, <see cref="MinimumDays"/> to <see cref="MaximumDays"/>.</param>
/// <param name="Action">What then happens.</param>
public sealed record ServiceTokenInactivity(bool Enabled, int ThresholdDays, InactivityAction Action)
{
    /// <summary>The fewest days that may be asked for.</summary>
    public const int MinimumDays = 30;

    /// <summary>The most days that may be asked for.</summary>
    public const int MaximumDays = 365;
}
