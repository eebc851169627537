using System.Buffers;
using System.Net.Sockets;
using FastProxy.Client.Middleware;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>
/// The front of a unix listener: who is it (the kernel), what does it want (HTTP CONNECT), does a rule allow it. Bytes behind the
/// request stay in the connection for the splice.
/// </summary>
internal sealed class ConnectMiddleware(
    BastionEndpoint endpoint, BastionSessions sessions, PendingRequests pending, UserNames userNames, SessionCounters counters, ILogger logger, TimeProvider timeProvider)
{
    /// <summary>How long the request may take.</summary>
    private static readonly TimeSpan s_headTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a client that was refused may take to read that.</summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    /// <summary>Admits a connection, or answers it.</summary>
    public async Task InvokeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = PeerCredentials.Of(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        peer = peer with { UserName = userNames.Find(peer.UserId) };
        if (!pending.TryEnter(peer.UserId))
        {
            // Told, but not waited for: what the socket holds already the client can read all the same.
            await RefuseAsync(connection, peer, "-", ReasonCode.LimitSessions, $"user {peer.UserId} has {pending.MostPerUser} connections here that have not sent their request, and no more are allowed");
            connection.Abort();
            return;
        }

        UserSession? admitted;
        try
        {
            admitted = await AdmitAsync(connection, peer);
            if (admitted is null)
            {
                await LingerAsync(connection);
            }
        }
        finally
        {
            pending.Leave(peer.UserId);
        }

        if (admitted is null)
        {
            return;
        }

        using var session = admitted;
        try
        {
            connection.Features.Set<IGatewaySession>(session);
            await next(connection);
        }
        finally
        {
            sessions.Leave(session);
        }
    }

    /// <summary>The session that the connection asks for, counted; null where it was refused, or the client went away.</summary>
    private async Task<UserSession?> AdmitAsync(ConnectionContext connection, PeerCredentials peer)
    {
        if (endpoint.Listener is not UnixListener before || !before.Knows(peer))
        {
            // Not even read: whoever may reach nothing costs nothing.
            await RefuseAsync(connection, peer, "-", ReasonCode.PolicyDenied, peer.IsUnmapped
                ? "the user has no number in the bastion's user namespace, so no rule can allow it anything"
                : $"no rule of this bastion names user {peer.UserId}");
            return null;
        }

        var (request, error) = await ReadAsync(connection);
        if (request is null)
        {
            if (error is not null)
            {
                await RefuseAsync(connection, peer, "-", ReasonCode.Protocol, error);
            }

            return null;
        }

        // Asked anew: while the request came the rules may have become others.
        if (endpoint.Listener is not UnixListener listener || listener.Find(peer, request.Host) is not { } rule)
        {
            await RefuseAsync(connection, peer, request.Host, ReasonCode.PolicyDenied, $"no rule of this bastion lets user {peer.UserId} reach {request.Host}");
            return null;
        }

        var session = new UserSession(connection, peer, request, rule, rule.RequestFor(request.Host, request.Destination, listener.Gateway), counters, logger) { Endpoint = endpoint };
        if (sessions.TryEnter(session))
        {
            return session;
        }

        session.Dispose();
        await RefuseAsync(connection, peer, request.Host, ReasonCode.LimitSessions, $"user {peer.UserId} has {rule.Sessions} sessions here already, and no more are allowed");
        return null;
    }

    private Task RefuseAsync(ConnectionContext connection, PeerCredentials peer, string host, ReasonCode code, string message) =>
        ConnectRefusal.AnswerAsync(connection, logger, counters, peer, host, new ConnectRefusal(code, message));

    /// <summary>Reads the head. Neither a request nor an error: the client went away.</summary>
    private async Task<(ConnectRequest? Request, string? Error)> ReadAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var deadline = new CancellationTokenSource(s_headTimeout, timeProvider);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(deadline.Token);
                var buffer = result.Buffer;
                if (ConnectRequest.TryParse(Contiguous(buffer), out var request, out var length, out var error))
                {
                    var end = buffer.GetPosition(length);
                    input.AdvanceTo(end, end);
                    return (request, null);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (error is not null || result.IsCompleted)
                {
                    return (null, error);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return (null, $"no complete request came within {s_headTimeout.TotalSeconds:0} s");
        }
        catch (IOException)
        {
            return (null, null);
        }
    }

    /// <summary>Ends our direction and reads on until the client has ended its own, so that what it still sends does not fail before it reads the answer.</summary>
    private async Task LingerAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(s_linger, timeProvider);
        try
        {
            connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Send);
            while (await connection.Transport.Input.ReadAsync(deadline.Token) is var result)
            {
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // It went away by itself.
        }
    }

    private static ReadOnlySpan<byte> Contiguous(in ReadOnlySequence<byte> buffer) =>
        buffer.IsSingleSegment ? buffer.FirstSpan : buffer.Slice(0, Math.Min(buffer.Length, ConnectRequest.MaxHeadLength)).ToArray();
}
