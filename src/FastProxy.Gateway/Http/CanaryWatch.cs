using System.Net;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace FastProxy.Gateway.Http;

/// <summary>
/// Raises the alarm when the id or the secret of a canary token is presented: a count, and a line of the log. It looks only at requests
/// that were refused, once their answer is out: neither what the answer says nor when it comes can tell a canary from an unknown token.
/// Thread-safe.
/// </summary>
internal sealed class CanaryWatch(IAccessStore store, GatewayOptions options, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>
    /// How many values of a header are looked at. A request with more than one is refused for that alone; the head's limit of 16 KiB would
    /// allow hundreds, with a hash for each.
    /// </summary>
    private const int MostValues = 4;

    private readonly AlarmLimit _limit = new(timeProvider);
    private long _presented;

    /// <summary>Requests with the id or the secret of a canary, since the start.</summary>
    public long Presented => Interlocked.Read(ref _presented);

    /// <summary>Looks at a request that was answered.</summary>
    public void Look(HttpContext context, string requestId)
    {
        var snapshot = store.Current;
        if (snapshot.Canaries.IsEmpty || context.Response.StatusCode < StatusCodes.Status400BadRequest)
        {
            return;
        }

        if (Find(snapshot, context) is not { } canary)
        {
            return;
        }

        Interlocked.Increment(ref _presented);
        if (_limit.TryTake(canary.Id, snapshot, out var unreported))
        {
            // Elsewhere: the connection's end must not wait for whoever reads the log.
            var alarm = new Alarm(logger, canary.Name, CallerAddress.Of(context, options), context.Request.Host.Host, requestId, unreported);
            ThreadPool.UnsafeQueueUserWorkItem(static alarm => alarm.Report(), alarm, preferLocal: false);
        }
    }

    private static ServiceToken? Find(AccessSnapshot snapshot, HttpContext context)
    {
        var headers = context.Request.Headers;
        if (Find(snapshot.Canaries, headers[PresentedCredential.IdHeader], headers[PresentedCredential.SecretHeader]) is { } canary)
        {
            return canary;
        }

        // The one header that an application may take instead.
        var target = UpgradeForm.Read(context).Form?.Open?.App is { } app ? RequestTarget.Parse(app) : RequestTarget.Of(context.Request);
        return snapshot.TryFindApplication(target.Host, target.Path, out var application) && application.ReadServiceTokensFromHeader is { } header
            && PresentedCredential.Read(headers, header) is { IsPresent: true } credential
            ? Find(snapshot.Canaries, credential.Id, credential.Secret)
            : null;
    }

    private static ServiceToken? Find(CanaryIndex canaries, StringValues ids, StringValues secrets)
    {
        foreach (var id in ids.Take(MostValues))
        {
            if (id is not null && canaries.TryFindByClientId(id.Trim(), out var canary))
            {
                return canary;
            }
        }

        foreach (var secret in secrets.Take(MostValues))
        {
            if (secret is not null && canaries.TryFindBySecret(secret.AsSpan().Trim(), out var canary))
            {
                return canary;
            }
        }

        return null;
    }

    private sealed record Alarm(ILogger Logger, string Name, IPAddress? Address, string Host, string RequestId, long Unreported)
    {
        public void Report() => GatewayLog.CanaryPresented(Logger, Name, Address, Host, RequestId, Unreported);
    }
}
