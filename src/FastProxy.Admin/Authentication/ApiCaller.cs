using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastProxy.Access.ApiTokens;

namespace FastProxy.Admin.Authentication;

/// <summary>Who makes a request: the bearer of an API token, or whoever may open the admin socket.</summary>
/// <param name="Token">The API token; null on the socket.</param>
internal sealed record ApiCaller(ApiToken? Token)
{
    private const int SocketLevel = 1;
    private const int PeerCredential = 17;

    /// <summary>The user who opened the admin socket, as the kernel froze it; null for the bearer of an API token.</summary>
    public uint? UserId { get; private init; }

    /// <summary>Whether it is whoever may open the admin socket.</summary>
    public bool IsOnSocket => Token is null;

    /// <summary>
    /// Whoever has opened the admin socket. Set among the features of its connections and of no others, so that a connection nobody thought of
    /// has to authenticate.
    /// </summary>
    public static ApiCaller OnSocket(Socket socket)
    {
        // struct ucred: pid, uid, gid (unix(7), SO_PEERCRED). For the log alone: the file's mode has decided.
        Span<byte> credential = stackalloc byte[12];
        try
        {
            var length = socket.GetRawSocketOption(SocketLevel, PeerCredential, credential);
            return new ApiCaller((ApiToken?)null) { UserId = length == credential.Length ? MemoryMarshal.Read<uint>(credential[4..]) : null };
        }
        catch (SocketException)
        {
            return new ApiCaller((ApiToken?)null);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Token is not null ? $"API token {Token.Id:D} ({Token.Name})"
        : UserId is { } user ? string.Create(CultureInfo.InvariantCulture, $"the admin socket (uid {user})")
        : "the admin socket";
}
