namespace FastProxy.Access.Organizations;

/// <summary>The settings of the one account there is. Immutable.</summary>
public sealed record Organization
{
    /// <summary>The settings of a new store.</summary>
    public static Organization Default { get; } = new()
    {
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "FastProxy";

    /// <summary>The host name of the login pages, as the API has it; empty where nobody said. Kept and shown; it decides nothing.</summary>
    public string AuthDomain { get; init; } = "";

    /// <summary>How long a login lasts, 0 to 31 days; null: 24 hours.</summary>
    public TimeSpan? SessionDuration { get; init; }

    /// <summary>What happens to service tokens that nobody uses; null: nothing.</summary>
    public ServiceTokenInactivity? ServiceTokenInactivity { get; init; }

    /// <summary>What the API keeps for its clients without acting on it. See <see cref="KeptFields"/>.</summary>
    public KeptFields Kept { get; init; } = KeptFields.None;

    /// <summary>When it was changed first, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
