using FastProxy.Gateway.Sessions;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Http;

/// <summary>What the gateway's listeners serve: WebSocket upgrades, and an explanation to everything else.</summary>
internal sealed class GatewayApplication(
    Authorizer authorizer,
    SessionRunner runner,
    UpgradeEndpoint upgrades,
    CanaryWatch canaries,
    ILogger logger) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (!context.Features.GetRequiredFeature<SocketConnection>().RequestArrived())
        {
            context.Abort();
            return;
        }

        var requestId = RequestId.Create();
        try
        {
            if (UpgradeForm.IsAsked(context.Request))
            {
                await upgrades.HandleAsync(context, requestId);
            }
            else
            {
                await ExplainAsync(context, requestId);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // The client went away in the middle of an answer.
        }
        catch (Exception exception)
        {
            GatewayLog.RequestFailed(logger, exception, requestId);
            context.Abort();
        }

        canaries.Look(context, requestId);
    }

    /// <summary>Answers a plain request: the same checks in the same order as an upgrade, and then that an upgrade is what is expected.</summary>
    private async Task ExplainAsync(HttpContext context, string requestId)
    {
        var request = context.Request;
        var target = RequestTarget.Of(request);
        var caller = upgrades.CallerOf(context, default, target);
        var (application, refusal) = authorizer.Find(target);
        if (application is null)
        {
            runner.Refused(target, null, caller, null, requestId, refusal!, null);
            await RefusalWriter.WriteAsync(context, refusal!, requestId);
            return;
        }

        var credential = PresentedCredential.Read(request.Headers, application.ReadServiceTokensFromHeader);
        if (HttpMethods.IsHead(request.Method) && !credential.IsPresent && credential.Refusal is null)
        {
            // How a stock client discovers an application (`access login`, `access token`).
            context.Response.Headers["CF-Access-Domain"] = application.Domains[0].ToString();
            context.Response.Headers["CF-Access-Aud"] = application.Aud;
            await RefusalWriter.WriteAsync(context, new Refusal(ReasonCode.PolicyDenied, $"{application.Name} needs a credential"), requestId);
            return;
        }

        (caller, refusal) = upgrades.Authenticate(context, credential, target, application, requestId);
        if (refusal is null)
        {
            (_, refusal, var policyId) = authorizer.Decide(application, caller, request.Headers[JumpDestination.Header]);
            refusal ??= new Refusal(ReasonCode.Protocol, $"{application.Name} is reached through a WebSocket: use `fastproxy access tcp --hostname {target.Host}`");
            runner.Refused(target, application, caller, null, requestId, refusal, policyId);
        }

        await RefusalWriter.WriteAsync(context, refusal, requestId);
    }
}
