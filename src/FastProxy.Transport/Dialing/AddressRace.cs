using System.Net;
using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>
/// Races connects over a list of addresses (RFC 8305 section 5): each gets a head start, the next one starts when it is over
/// or when an attempt failed, the first success wins and the losers are closed before the race returns.
/// </summary>
internal static class AddressRace
{
    public static async Task<(Socket? Winner, List<DialAttempt> Failures)> RunAsync(
        IPAddress[] addresses, int port, DialerOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<DialAttempt>>(addresses.Length);
        var failures = new List<DialAttempt>();
        Socket? winner = null;
        var next = 0;
        while (winner is null && !cancellationToken.IsCancellationRequested && (next < addresses.Length || running.Count > 0))
        {
            if (next < addresses.Length)
            {
                running.Add(DialAttempt.RunAsync(new IPEndPoint(addresses[next++], port), options, losers.Token));
            }

            var finished = next < addresses.Length
                ? await FirstOrHeadStartAsync(running, options.AttemptDelay, timeProvider, losers.Token)
                : await Task.WhenAny(running);
            if (finished is null)
            {
                continue;
            }

            running.Remove(finished);
            var attempt = await finished;
            winner = attempt.Socket;
            if (winner is null)
            {
                failures.Add(attempt);
            }
        }

        await losers.CancelAsync();
        foreach (var attempt in await Task.WhenAll(running))
        {
            attempt.Socket?.Dispose();
            failures.Add(attempt);
        }

        return (winner, failures);
    }

    /// <summary>The first attempt that finished, or null when the head start is over.</summary>
    private static async Task<Task<DialAttempt>?> FirstOrHeadStartAsync(
        List<Task<DialAttempt>> running, TimeSpan headStart, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(headStart, timeProvider, timer.Token);
        var first = await Task.WhenAny([.. running, delay]);
        await timer.CancelAsync();
        return first as Task<DialAttempt>;
    }
}
