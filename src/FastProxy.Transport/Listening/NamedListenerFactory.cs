using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace FastProxy.Transport.Listening;

/// <summary>
/// A transport whose failures to bind are one line for the operator, with the place of the address in the configuration. Kestrel's own line
/// names a URL in <c>http</c>, whatever is served there, and where something else than the port is wrong no address at all.
/// </summary>
/// <param name="transport">What binds.</param>
/// <param name="name">What an end point is called in the configuration; null for by itself.</param>
public sealed class NamedListenerFactory(IConnectionListenerFactory transport, Func<EndPoint, string?> name) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    /// <exception cref="IOException">It cannot be bound.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            return await transport.BindAsync(endpoint, cancellationToken);
        }
        catch (Exception exception) when (exception is AddressInUseException or SocketException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{(name(endpoint) is { } place ? $"{place}: " : "")}{Describe(endpoint, exception)}", exception);
        }
    }

    /// <summary>Why an end point cannot be bound.</summary>
    private static string Describe(EndPoint endpoint, Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } => $"this user may not listen on {endpoint}",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => $"{endpoint} is no address of this machine",
        SocketException => $"{endpoint}: {exception.Message}",
        _ => exception.Message,
    };
}
