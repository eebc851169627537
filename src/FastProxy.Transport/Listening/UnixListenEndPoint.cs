using System.Net;
using System.Net.Sockets;

namespace FastProxy.Transport.Listening;

/// <summary>A unix socket to be listened on, for <see cref="SocketListenerFactory"/>: where its file is, and who may open it.</summary>
/// <param name="path">The absolute path, at most 107 bytes long.</param>
/// <param name="mode">The file's mode from the first moment in which anybody can connect.</param>
public sealed class UnixListenEndPoint(string path, UnixFileMode mode) : EndPoint
{
    /// <summary>The longest path in bytes: <c>sun_path</c> holds 108, the last of them a zero (unix(7)).</summary>
    public const int MaxPathBytes = 107;

    /// <summary>The absolute path.</summary>
    public string Path { get; } = path;

    /// <summary>The file's mode.</summary>
    public UnixFileMode Mode { get; } = mode;

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    /// <inheritdoc/>
    public override string ToString() => $"unix:{Path}";
}
