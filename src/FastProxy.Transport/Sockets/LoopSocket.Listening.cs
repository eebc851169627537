namespace FastProxy.Transport.Sockets;

/// <content>A socket that listens: what <see cref="Listening.SocketListener"/> needs of it.</content>
public sealed partial class LoopSocket
{
    /// <summary>
    /// Whether somebody else holds the same open file description, as a service manager does of a socket that it has passed. Closing our
    /// descriptor then does not end the watch, as it does otherwise without a system call (epoll(7)). Defaults to false.
    /// </summary>
    internal bool IsShared { get; init; }
}
