using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;

namespace FastProxy.Client.Bastion;

/// <summary>One entry of <c>allow:</c>: who may reach which hosts, with which token. Rules only allow; the first that fits decides. Immutable.</summary>
public sealed record BastionRule
{
    /// <summary>The user; null where the rule names a group.</summary>
    public uint? UserId { get; init; }

    /// <summary>The group, effective or supplementary; null where the rule names a user.</summary>
    public uint? GroupId { get; init; }

    /// <summary>The hosts, at least one.</summary>
    public required IReadOnlyList<HostnamePattern> Hostnames { get; init; }

    /// <summary>The token's name in the configuration, or its client id where it stands in the rule itself.</summary>
    public required string TokenName { get; init; }

    /// <summary>What the gateway is shown.</summary>
    public required ClientCredential Credential { get; init; }

    /// <summary>Sessions at once of one user under this rule; null for no limit but the bastion's.</summary>
    public int? Sessions { get; init; }

    /// <summary>Whether the rule speaks of a peer.</summary>
    public bool Names(PeerCredentials peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return UserId is { } user ? peer.UserId == user : GroupId is { } group && peer.IsIn(group);
    }

    /// <summary>Whether the rule speaks of a host, given in lower case.</summary>
    public bool Covers(string host) => Find(host) is not null;

    /// <summary>Whether two rules speak of the same people.</summary>
    public bool NamesTheSameAs(BastionRule other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return UserId == other.UserId && GroupId == other.GroupId;
    }

    /// <summary>The session to open for a host that the rule covers.</summary>
    /// <param name="host">In lower case.</param>
    /// <param name="destination">Target behind a bastion application; null for none.</param>
    /// <param name="gateway">The gateway of all applications; null where each host is its own.</param>
    public GatewayRequest RequestFor(string host, string? destination, AppUrl? gateway)
    {
        var pattern = Find(host) ?? throw new ArgumentException("The rule does not cover this host.", nameof(host));
        return RequestFor(pattern, host, destination, gateway);
    }

    /// <summary>A session for every pattern of hosts, as far as they differ in where they go: those of a wildcard all go to the gateway.</summary>
    /// <param name="gateway">The gateway of all applications; null where each host is its own.</param>
    public IEnumerable<GatewayRequest> RequestsThrough(AppUrl? gateway) =>
        Hostnames.Select(pattern => RequestFor(pattern, pattern.App.Host, null, gateway));

    /// <summary>Who we say we are.</summary>
    public required string UserAgent { get; init; }

    private GatewayRequest RequestFor(HostnamePattern pattern, string host, string? destination, AppUrl? gateway)
    {
        var request = new GatewayRequest { App = pattern.App, Credential = Credential, Destination = destination, UserAgent = UserAgent };
        return gateway is null ? request : request.Through(gateway, host);
    }

    private HostnamePattern? Find(string host)
    {
        foreach (var pattern in Hostnames)
        {
            if (pattern.Covers(host))
            {
                return pattern;
            }
        }

        return null;
    }
}
