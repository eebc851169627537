using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastProxy.Client.Bastion;

/// <summary>
/// Who is at the other end of a unix socket, as the kernel froze it when that end connected (unix(7), SO_PEERCRED and SO_PEERGROUPS): a
/// process that changes its user or passes the socket on afterwards changes nothing.
/// </summary>
/// <param name="ProcessId">For the log alone: a number that may name another process by now.</param>
/// <param name="UserId">The effective user.</param>
/// <param name="GroupId">The effective group.</param>
/// <param name="Groups">The supplementary groups.</param>
public sealed record PeerCredentials(int ProcessId, uint UserId, uint GroupId, IReadOnlyList<uint> Groups)
{
    /// <summary>
    /// What the kernel says instead of an id that has no number in our user namespace (user_namespaces(7)). Every unmapped user of every
    /// namespace looks like this, so it names nobody.
    /// </summary>
    public const uint DefaultOverflowId = 65534;

    private const int SocketLevel = 1;
    private const int PeerCredential = 17;
    private const int PeerGroups = 59;

    /// <summary>NGROUPS_MAX of Linux.</summary>
    private const int MostGroups = 65536;

    /// <summary>What the local database calls the user, for the log alone; null where nobody has looked, or it has no name.</summary>
    public string? UserName { get; init; }

    /// <summary>Whether the user is one of those without a number here.</summary>
    public bool IsUnmapped => UserId == DefaultOverflowId || UserId == uint.MaxValue;

    /// <summary>Reads them from a connected unix socket. Throws <see cref="SocketException"/> for any other socket.</summary>
    public static PeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);

        // struct ucred: pid, uid, gid.
        Span<byte> credential = stackalloc byte[12];
        if (socket.GetRawSocketOption(SocketLevel, PeerCredential, credential) != credential.Length)
        {
            throw new SocketException((int)SocketError.OperationNotSupported);
        }

        var numbers = MemoryMarshal.Cast<byte, uint>(credential);
        return new PeerCredentials((int)numbers[0], numbers[1], numbers[2], GroupsOf(socket));
    }

    /// <summary>Whether the peer is in the group, as its effective or as a supplementary one.</summary>
    public bool IsIn(uint group) => GroupId == group || Groups.Contains(group);

    private static uint[] GroupsOf(Socket socket)
    {
        for (var room = 64; ; room *= 4)
        {
            var groups = new byte[room * sizeof(uint)];
            try
            {
                var length = socket.GetRawSocketOption(SocketLevel, PeerGroups, groups);
                return MemoryMarshal.Cast<byte, uint>(groups.AsSpan(0, length)).ToArray();
            }
            catch (SocketException) when (room < MostGroups)
            {
                // More groups than there is room for: ERANGE, for which .NET has no name. Any other failure comes again.
            }
        }
    }
}
