using System.Collections.Immutable;
using FastProxy.Access.Policies;

namespace FastProxy.Access.Applications;

/// <summary>Something to be reached through the gateway, with the policies that say by whom. Immutable.</summary>
public sealed record Application
{
    /// <summary>How long a session lasts where neither policy nor application says: 24 hours.</summary>
    public static readonly TimeSpan DefaultSessionDuration = TimeSpan.FromHours(24);

    /// <summary>How many domains an application may have.</summary>
    public const int MaximumDomains = 1000;

    /// <summary>The identity of the application.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name, unique among applications.</summary>
    public required string Name { get; init; }

    /// <summary>The API's type, e.g. <c>self_hosted</c> or <c>ssh</c>. Kept and shown; it decides nothing.</summary>
    public string Type { get; init; } = "self_hosted";

    /// <summary>The audience tag, 64 hex digits, unique. See <see cref="ApplicationAudience"/>.</summary>
    public required string Aud { get; init; }

    /// <summary>Where it is reached: at least one; the first is the API's <c>domain</c>.</summary>
    public required ImmutableArray<ApplicationDomain> Domains { get; init; }

    /// <summary>Where its bytes go; null: not set yet, and sessions end with <c>origin_unset</c>.</summary>
    public Origin? Origin { get; init; }

    /// <summary>The policies in order of precedence. None: nobody gets in.</summary>
    public ImmutableArray<Policy> Policies { get; init; } = [];

    /// <summary>How long a session lasts where the policy says nothing, 0 to 31 days; null: <see cref="DefaultSessionDuration"/>.</summary>
    public TimeSpan? SessionDuration { get; init; }

    /// <summary>The one header that may carry client id and secret as JSON; null: only the pair of headers.</summary>
    public string? ReadServiceTokensFromHeader { get; init; }

    /// <summary>What a client of a bastion application may name as destination. Empty: nothing. Of no meaning for other origins.</summary>
    public ImmutableArray<DestinationPattern> AllowedDestinations { get; init; } = [];

    /// <summary>What the API keeps for its clients without acting on it.</summary>
    public KeptFields Kept { get; init; } = KeptFields.None;

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How long a session lasts that a policy of this application admits: the policy's word, else the application's, else the default.</summary>
    public TimeSpan SessionDurationUnder(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.SessionDuration ?? SessionDuration ?? DefaultSessionDuration;
    }

    /// <summary>Whether a client may name this destination: a name or an address (IPv6 with or without brackets) and a port.</summary>
    public bool AllowsDestination(string host, int port)
    {
        foreach (var pattern in AllowedDestinations)
        {
            if (pattern.Covers(host, port))
            {
                return true;
            }
        }

        return false;
    }
}
