using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>The outcome of a dial. The caller owns <see cref="Socket"/>.</summary>
/// <param name="Socket">The connected socket; null unless <see cref="Error"/> is <see cref="DialError.None"/>.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="Message">One line that names host, address and cause; null on success.</param>
public readonly record struct DialResult(Socket? Socket, DialError Error, string? Message)
{
    internal static DialResult Success(Socket socket) => new(socket, DialError.None, null);

    internal static DialResult Failure(DialError error, string message) => new(null, error, message);
}
