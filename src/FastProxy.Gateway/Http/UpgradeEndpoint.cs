using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Gateway.Sessions;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Gateway.Http;

/// <summary>
/// A WebSocket upgrade. It either opens its session (a stock client; ours with <c>FastProxy-Open</c>), whose origin is then
/// connected before the 101 so that every refusal is an HTTP status; or it is an authenticated stream that opens sessions later.
/// </summary>
internal sealed class UpgradeEndpoint(
    IAccessStore store,
    Authorizer authorizer,
    SessionRunner runner,
    StreamRegistry streams,
    GatewayOptions options)
{
    public async Task HandleAsync(HttpContext context, string requestId)
    {
        // Step 1: form.
        var target = RequestTarget.Of(context.Request);
        var (form, refusal) = UpgradeForm.Read(context);
        if (form is null)
        {
            runner.Refused(target, null, CallerOf(context, default), null, requestId, refusal!, null);
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        // Step 2: application. A stream that opens nothing yet may come in under any host.
        var opensNow = !form.IsOurs || form.Open is not null;
        if (form.Open?.App is { } app)
        {
            target = RequestTarget.Parse(app);
        }

        (var application, refusal) = authorizer.Find(target);
        if (application is null && opensNow)
        {
            runner.Refused(target, null, CallerOf(context, default), null, requestId, refusal!, null);
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        // Step 3: credential.
        var credential = PresentedCredential.Read(context.Request.Headers, application?.ReadServiceTokensFromHeader);
        (var caller, refusal) = Authenticate(context, credential, target, application, requestId);
        if (refusal is null && !opensNow && caller.Token is null
            && (application is null || !PolicyEngine.CouldAdmitWithoutCredential(store.Current, application)))
        {
            refusal = new Refusal(ReasonCode.CredentialsMissing, $"a stream needs a service token: send {PresentedCredential.IdHeader} and {PresentedCredential.SecretHeader}");
            runner.Refused(target, application, caller, null, requestId, refusal, null);
        }

        if (refusal is not null)
        {
            await RefusalWriter.WriteAsync(context, refusal, requestId);
            return;
        }

        // Step 4: policy, limits, dial; or a place for the stream. What follows the 101 goes on when this request has ended.
        if (opensNow)
        {
            await OpenAsync(context, form, target, application!, caller, requestId);
        }
        else
        {
            await OpenStreamAsync(context, form, target, application, caller, requestId);
        }
    }

    /// <summary>Who is calling, once authentication is through (or before: with no token).</summary>
    public Caller CallerOf(HttpContext context, AuthenticationResult authenticated) => new(
        authenticated.Status == AuthenticationStatus.Authenticated ? authenticated.Token : null,
        authenticated.UsedPreviousSecret,
        CallerAddress.Of(context, options),
        context.Request.Headers.UserAgent);

    /// <summary>Checks the credential, if one is presented. A refusal has been logged.</summary>
    public (Caller Caller, Refusal? Refusal) Authenticate(HttpContext context, in PresentedCredential credential, RequestTarget target, Application? application, string requestId)
    {
        var refusal = credential.Refusal;
        AuthenticationResult result = default;
        if (credential.IsPresent)
        {
            (result, refusal) = authorizer.Authenticate(credential.Id!, credential.Secret!);
        }

        var caller = CallerOf(context, result);
        if (refusal is not null)
        {
            runner.Refused(target, application, caller, null, requestId, refusal, null, result.ClaimedTokenId);
        }

        return (caller, refusal);
    }

    private async Task OpenAsync(HttpContext context, UpgradeForm form, RequestTarget target, Application application, Caller caller, string requestId)
    {
        var destination = form.Open?.Destination ?? (string?)context.Request.Headers[JumpDestination.Header];
        var (session, refusal) = await runner.PrepareAsync(target, application, caller, destination, requestId, context.RequestAborted);
        if (session is null)
        {
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        try
        {
            var connection = await UpgradeAsync(context, form, requestId);
            var end = connection.TakeOver(ReasonCode.StreamLost);
            SpliceEnd client = form.IsOurs
                ? new StreamSession(end, PeerRole.Server, zeroMask: true)
                : new WebSocketEnd(end, PeerRole.Server, KeepAliveKind.Ping);
            connection.Continue(() => runner.RunAsync(session, client));
        }
        catch (Exception exception)
        {
            await session.AbandonAsync();
            if (exception is IOException or OperationCanceledException)
            {
                // The client went away before it could be told.
                return;
            }

            throw;
        }
    }

    private async Task OpenStreamAsync(HttpContext context, UpgradeForm form, RequestTarget own, Application? application, Caller caller, string requestId)
    {
        var (stream, notNow) = streams.Enter(caller, application);
        if (stream is null)
        {
            runner.Refused(own, application, caller, null, requestId, notNow!, null);
            await RefusalWriter.WriteAsync(context, notNow!, requestId);
            return;
        }

        try
        {
            var connection = await UpgradeAsync(context, form, requestId);
            var session = new StreamSession(connection.TakeOver(ReasonCode.StreamLost), PeerRole.Server, zeroMask: true);
            connection.Continue(() => ServeStreamAsync(stream, session, own));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Serves a stream after its request has ended: session by session as the client opens them.</summary>
    private async Task ServeStreamAsync(LiveStream stream, StreamSession session, RequestTarget own)
    {
        using (stream)
        await using (session)
        {
            for (var id = 1L; await stream.WaitForOpenAsync(session, id) is { } open; id++)
            {
                var requestId = RequestId.Create();
                var target = open.App is null ? own : RequestTarget.Parse(open.App);
                var (asked, refusal) = authorizer.Find(target);
                PreparedSession? prepared = null;
                if (stream.Caller.Token is null && asked?.Id != stream.Application?.Id)
                {
                    // Without a credential a stream opens only the application that let it in.
                    refusal = new Refusal(ReasonCode.CredentialsMissing, "this stream has no credential and may open only the application it came in for");
                }

                if (refusal is null)
                {
                    // Nothing reads the connection meanwhile: the dial ends by its own time limit, or with the session's place.
                    (prepared, refusal) = await runner.PrepareAsync(target, asked!, stream.Caller, open.Destination, requestId, CancellationToken.None);
                }

                if (prepared is null)
                {
                    if (!await session.SendRefusedAsync(refusal!.Code, refusal.Message, requestId))
                    {
                        return;
                    }

                    continue;
                }

                if (!await TellOpenedAsync(session, prepared, requestId))
                {
                    return;
                }

                // One session a stream for now: its end is the stream's end.
                await runner.RunAsync(prepared, session);
                return;
            }

            // Whoever ended it: the Close frame goes out before the connection does.
            await session.FinishAsync(ReasonCode.StreamLost);
        }
    }

    /// <summary>Tells the client that its session is open; where that cannot be done the session is given up.</summary>
    private static async ValueTask<bool> TellOpenedAsync(StreamSession session, PreparedSession prepared, string requestId)
    {
        var told = false;
        try
        {
            return told = await session.SendOpenedAsync(requestId);
        }
        finally
        {
            if (!told)
            {
                await prepared.AbandonAsync();
            }
        }
    }

    private static async Task<SocketConnection> UpgradeAsync(HttpContext context, UpgradeForm form, string requestId)
    {
        var headers = context.Response.Headers;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = UpgradeHandshake.ComputeAccept(form.Key);
        RefusalWriter.SetRequestId(headers, requestId);
        if (form.IsOurs)
        {
            headers.SecWebSocketProtocol = StreamProtocol.SubProtocol;
            headers[StreamProtocol.VersionHeader] = StreamProtocol.Version;
        }

        // Kestrel adds `Connection: Upgrade`, as the single value stock clients insist on.
        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return context.Features.GetRequiredFeature<SocketConnection>();
    }
}
