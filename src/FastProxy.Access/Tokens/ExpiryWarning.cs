namespace FastProxy.Access.Tokens;

/// <summary>How soon a service token ends, in the steps at which somebody is told.</summary>
public enum ExpiryWarning
{
    /// <summary>Not within 30 days, or never.</summary>
    None,

    /// <summary>Within 30 days.</summary>
    Month,

    /// <summary>Within 7 days.</summary>
    Week,

    /// <summary>Within a day.</summary>
    Day,

    /// <summary>It has ended.</summary>
    Expired,
}
