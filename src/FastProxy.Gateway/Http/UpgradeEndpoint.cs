using System.Globalization;
using FastProxy.Access.Applications;
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
    Authorizer authorizer,
    SessionRunner runner,
    StreamRunner streamRunner,
    StreamRegistry streams,
    CallerCountry countries,
    GatewayOptions options)
{
    public async Task HandleAsync(HttpContext context, string requestId)
    {
        // Step 1: form.
        var target = RequestTarget.Of(context.Request);
        var (form, refusal) = UpgradeForm.Read(context);
        if (form is null)
        {
            runner.Refused(target, null, CallerOf(context, default, target), null, requestId, refusal!, null);
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
            runner.Refused(target, null, CallerOf(context, default, target), null, requestId, refusal!, null);
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        // Step 3: credential.
        var credential = PresentedCredential.Read(context.Request.Headers, application?.ReadServiceTokensFromHeader);
        (var caller, refusal) = Authenticate(context, credential, target, application, requestId);
        if (refusal is null && !opensNow && !authorizer.Authenticates(caller, application))
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
            await ServeStreamAsync(context, form, target, application, caller, null, requestId);
        }
    }

    /// <summary>Who is calling, once authentication is through (or before: with no token).</summary>
    public Caller CallerOf(HttpContext context, AuthenticationResult authenticated, RequestTarget target)
    {
        var address = CallerAddress.Of(context, options);
        var caller = new Caller(
            authenticated.Status == AuthenticationStatus.Authenticated ? authenticated.Token : null,
            authenticated.UsedPreviousSecret,
            address,
            context.Request.Headers.UserAgent)
        {
            LapsedToken = authenticated.Status is AuthenticationStatus.Disabled or AuthenticationStatus.Expired ? authenticated.Token : null,
            Country = countries.Of(context, address),
            Presented = PresentedCertificate.Of(context),
        };
        return caller.For(target);
    }

    /// <summary>Checks the credential, if one is presented. A refusal has been logged.</summary>
    public (Caller Caller, Refusal? Refusal) Authenticate(HttpContext context, in PresentedCredential credential, RequestTarget target, Application? application, string requestId)
    {
        var refusal = credential.Refusal;
        AuthenticationResult result = default;
        if (credential.IsPresent)
        {
            (result, refusal) = authorizer.Authenticate(credential.Id!, credential.Secret!);
        }

        // What has not the form of an id may be the secret, where somebody took the one for the other. A proved one is the token's own
        // string: the caller lives as long as its stream.
        var caller = CallerOf(context, result, target);
        caller = caller with { ClientId = caller.Token?.ClientId ?? (ClientId.IsValid(credential.Id) ? credential.Id : null) };
        if (refusal is not null)
        {
            runner.Refused(target, application, caller, null, requestId, refusal, null, result.ClaimedTokenId);
        }

        return (caller, refusal);
    }

    private async Task OpenAsync(HttpContext context, UpgradeForm form, RequestTarget target, Application application, Caller caller, string requestId)
    {
        var destination = form.Open?.Destination ?? (string?)context.Request.Headers[JumpDestination.Header];
        if (form.IsOurs)
        {
            await ServeStreamAsync(context, form, target, application, caller, destination, requestId);
            return;
        }

        var (session, refusal) = await runner.PrepareAsync(target, application, caller, destination, requestId, context.RequestAborted);
        if (session is null)
        {
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        await ContinueAsync(
            context, form, requestId, session, null, connection => runner.RunAsync(session, new WebSocketEnd(connection, PeerRole.Server, KeepAliveKind.Ping, runner.TimeProvider)));
    }

    /// <summary>A stream; with <c>FastProxy-Open</c> its first session is dialled before the 101.</summary>
    private async Task ServeStreamAsync(HttpContext context, UpgradeForm form, RequestTarget target, Application? application, Caller caller, string? destination, string requestId)
    {
        var (stream, refusal) = streams.Enter(caller, application);
        if (stream is null)
        {
            runner.Refused(target, application, caller, destination, requestId, refusal!, null);
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        PreparedSession? first = null;
        if (form.Open is not null)
        {
            try
            {
                (first, refusal) = await runner.PrepareAsync(target, application!, caller, destination, requestId, context.RequestAborted);
            }
            finally
            {
                if (first is null)
                {
                    stream.Dispose();
                }
            }

            if (first is null)
            {
                await RefusalWriter.WriteAsync(context, refusal!, requestId);
                return;
            }
        }

        if (authorizer.ExpiresSoon(caller) is { } end)
        {
            // To our client alone, and only now that it has proved the token: it prints a line.
            context.Response.Headers[StreamProtocol.TokenExpiresHeader] = end.UtcDateTime.ToString(StreamProtocol.TokenExpiresFormat, CultureInfo.InvariantCulture);
        }

        var own = RequestTarget.Of(context.Request);
        await ContinueAsync(context, form, requestId, first, stream, connection => streamRunner.RunAsync(connection, stream, own, first));
    }

    /// <summary>Sends the 101 and leaves what comes to <paramref name="serve"/>, which runs after the request has ended; where that fails everything is given back.</summary>
    private async Task ContinueAsync(
        HttpContext context, UpgradeForm form, string requestId, PreparedSession? session, LiveStream? stream, Func<SpliceEnd, Task> serve)
    {
        try
        {
            var connection = await UpgradeAsync(context, form, requestId);
            var end = connection.TakeOver(ReasonCode.StreamLost);
            connection.Continue(() => serve(end));
        }
        catch (Exception exception)
        {
            stream?.Dispose();
            if (session is not null)
            {
                await runner.AbandonAsync(session);
            }

            if (exception is IOException or OperationCanceledException)
            {
                // The client went away before it could be told.
                return;
            }

            throw;
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
