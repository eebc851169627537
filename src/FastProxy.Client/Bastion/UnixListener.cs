using System.Net;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Listening;

namespace FastProxy.Client.Bastion;

/// <summary>
/// A unix socket for many users and many applications. Who connects is known from the kernel, what they want from an HTTP CONNECT; what no
/// rule allows is refused. Immutable.
/// </summary>
public sealed record UnixListener : BastionListener
{
    /// <summary>0666.</summary>
    public const UnixFileMode DefaultMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The socket's absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>The mode of the socket's file. Defaults to 0666: the rules decide, and they know each peer.</summary>
    public UnixFileMode Mode { get; init; } = DefaultMode;

    /// <summary>The rules, in the order in which they are asked.</summary>
    public required IReadOnlyList<BastionRule> Rules { get; init; }

    /// <summary>The gateway of all applications; null where each host is its own.</summary>
    public AppUrl? Gateway { get; init; }

    /// <inheritdoc/>
    public override EndPoint EndPoint => new UnixListenEndPoint(Path, Mode);

    /// <summary>Whether any rule speaks of the peer; one without a number in our user namespace is nobody.</summary>
    public bool Knows(PeerCredentials peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return !peer.IsUnmapped && Rules.Any(rule => rule.Names(peer));
    }

    /// <summary>The rule that lets the peer reach a host, given in lower case; null where none does.</summary>
    public BastionRule? Find(PeerCredentials peer, string host)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.IsUnmapped)
        {
            return null;
        }

        foreach (var rule in Rules)
        {
            if (rule.Names(peer) && rule.Covers(host))
            {
                return rule;
            }
        }

        return null;
    }
}
