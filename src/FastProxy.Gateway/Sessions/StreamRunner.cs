using FastProxy.Access.Applications;
using FastProxy.Gateway.Http;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>A stream's life after its 101: session after session, each authorised and dialled afresh, until either side ends it.</summary>
internal sealed class StreamRunner(Authorizer authorizer, SessionRunner runner, TimeProvider timeProvider)
{
    /// <summary>How much of a bastion's claim about its user goes to the log.</summary>
    private const int LongestClaim = 64;

    /// <summary>Serves the stream, closes it and gives its place back.</summary>
    /// <param name="connection">The upgraded connection.</param>
    /// <param name="live">Its place in the registry.</param>
    /// <param name="own">What an <c>open</c> that names no application means: the upgrade's own host and path.</param>
    /// <param name="first">The session that was opened with the upgrade; null for none.</param>
    public async Task RunAsync(SpliceEnd connection, LiveStream live, RequestTarget own, PreparedSession? first)
    {
        using var place = live;
        var stream = new GatewayStream(connection, timeProvider);
        try
        {
            if (first is not null)
            {
                var session = stream.BeginOpened();
                live.Attach(stream);
                await runner.RunAsync(first, session);
            }
            else
            {
                live.Attach(stream);
            }

            // What a session needed to be opened is not kept while it lasts: hence the two steps.
            while (await live.WaitForOpenAsync(stream) is { } open)
            {
                var opening = await OpenAsync(stream, live, own, open);
                if (opening.Session is { } session)
                {
                    await runner.RunAsync(opening.Prepared!, session);
                }
                else if (!opening.StreamLives)
                {
                    break;
                }
            }
        }
        catch
        {
            stream.Abort();
            throw;
        }
        finally
        {
            await stream.CloseAsync();
        }
    }

    /// <summary>Serves one <c>open</c> up to the answer.</summary>
    private async Task<Opening> OpenAsync(GatewayStream stream, LiveStream live, RequestTarget own, StreamMessage open)
    {
        var requestId = RequestId.Create();
        var target = open.App is null ? own : RequestTarget.Parse(open.App);
        var (application, refusal) = authorizer.Find(target);
        if (live.Caller.Token is null && application?.Id != live.Application?.Id)
        {
            // Without a credential a stream opens only the application that let it in.
            refusal = new Refusal(ReasonCode.CredentialsMissing, "this stream has no credential and may open only the application it came in for");
        }

        if (refusal is not null)
        {
            runner.Refused(target, application, live.Caller, open.Destination, requestId, refusal, null);
            return new Opening(await stream.SendRefusedAsync(refusal.Code, refusal.Message, requestId));
        }

        using var gone = new CancellationTokenSource();
        stream.ReadAhead(gone);
        PreparedSession? prepared = null;
        var end = AheadEnd.None;
        try
        {
            var caller = live.Caller.For(target);
            if (Shorten(open.As) is { } claim)
            {
                caller = caller with { Claim = claim };
            }

            (prepared, refusal) = await runner.PrepareAsync(target, application!, caller, open.Destination, requestId, gone.Token);
        }
        finally
        {
            end = await stream.StopReadingAheadAsync();
        }

        if (prepared is null)
        {
            return new Opening(end switch
            {
                AheadEnd.Reset => await stream.SendResetAnswerAsync(),
                AheadEnd.StreamEnded => false,
                _ => await stream.SendRefusedAsync(refusal!.Code, refusal.Message, requestId),
            });
        }

        try
        {
            if (end == AheadEnd.None && await stream.OpenAsync(requestId) is { } session)
            {
                return new Opening(StreamLives: true, prepared, session);
            }
        }
        catch
        {
            await runner.AbandonAsync(prepared);
            throw;
        }

        // The client went away while its origin answered.
        await runner.AbandonAsync(prepared);
        return new Opening(end == AheadEnd.Reset && await stream.SendResetAnswerAsync());
    }

    private static string? Shorten(string? claim) => claim?.Length > LongestClaim ? claim[..LongestClaim] : claim;
}
