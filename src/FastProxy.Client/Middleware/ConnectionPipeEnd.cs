using System.Net.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace FastProxy.Client.Middleware;

/// <summary>A connection of a Kestrel transport that is not ours, through its pipes.</summary>
internal sealed class ConnectionPipeEnd(ConnectionContext connection)
    : StreamEnd(connection.Transport.Input.AsStream(), connection.Transport.Output.AsStream(), ReasonCode.ClientReset)
{
    public override void Abort(ReasonCode reason)
    {
        base.Abort(reason);
        connection.Abort(new ConnectionAbortedException(reason.ToName()));
    }

    protected override async ValueTask CloseWriteCoreAsync(Stream write)
    {
        await write.FlushAsync();

        // Completing the output would close both directions (Kestrel has no half-close): the socket is asked directly.
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            await write.DisposeAsync();
            return;
        }

        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
