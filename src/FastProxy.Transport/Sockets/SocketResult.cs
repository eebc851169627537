using System.Net.Sockets;

namespace FastProxy.Transport.Sockets;

/// <summary>How one socket operation ended: bytes moved, and the error as a value.</summary>
internal readonly record struct SocketResult(int Bytes, SocketError Error)
{
    public bool Succeeded => Error == SocketError.Success;
}
