using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>Accepts, and then neither reads, sends nor closes: the server that trips a time-out.</summary>
public sealed class SilentPeer : TcpPeer
{
    /// <inheritdoc />
    protected override Task ServeAsync(Socket socket, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
}
