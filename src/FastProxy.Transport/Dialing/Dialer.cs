using System.Net;
using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>
/// Connects to a target: system resolver, address racing, one time-out over everything, no Nagle, keep-alive on.
/// Thread-safe; expected failures are values.
/// </summary>
public sealed class Dialer
{
    private readonly TimeProvider _timeProvider;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private volatile DialerOptions _options;

    /// <summary>A dialer with the system resolver.</summary>
    public Dialer(DialerOptions options, TimeProvider timeProvider)
        : this(options, timeProvider, static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken))
    {
    }

    internal Dialer(DialerOptions options, TimeProvider timeProvider, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _options = options;
        _timeProvider = timeProvider;
        _resolve = resolve;
    }

    /// <summary>How it dials; a change counts from the next dial on.</summary>
    public DialerOptions Options
    {
        get => _options;
        set => _options = value;
    }

    internal TimeProvider TimeProvider => _timeProvider;

    /// <summary>
    /// Connects to <paramref name="target"/> within <see cref="DialerOptions.ConnectTimeout"/>. Cancellation is a result
    /// (<see cref="DialError.Cancelled"/>), not an exception.
    /// </summary>
    public async ValueTask<DialResult> DialAsync(DialTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var result = target.UnixPath is null
            ? await DialTcpAsync(target, linked.Token)
            : await DialUnixAsync(target, linked.Token);
        if (result.Socket is not null || !linked.IsCancellationRequested)
        {
            return result;
        }

        return cancellationToken.IsCancellationRequested
            ? DialFailureText.ForCancellation(target)
            : DialFailureText.ForTimeout(target, _options.ConnectTimeout);
    }

    private static async ValueTask<DialResult> FinishAsync(Task<DialAttempt> running, DialTarget target)
    {
        var attempt = await running;
        return attempt.Socket is null ? DialFailureText.ForAttempts(target, [attempt]) : DialResult.Success(attempt.Socket);
    }

    private ValueTask<DialResult> DialUnixAsync(DialTarget target, CancellationToken cancellationToken)
    {
        // sun_path holds 108 bytes with its terminator; the constructor of the end point throws above that.
        if (System.Text.Encoding.UTF8.GetByteCount(target.UnixPath!) > 107)
        {
            return ValueTask.FromResult(DialResult.Failure(DialError.Other, $"cannot connect to {target}: the path is longer than 107 bytes"));
        }

        return FinishAsync(DialAttempt.RunAsync(new UnixDomainSocketEndPoint(target.UnixPath!), _options, cancellationToken), target);
    }

    private async ValueTask<DialResult> DialTcpAsync(DialTarget target, CancellationToken cancellationToken)
    {
        if (!HostNames.TryResolveLocally(target.Host, out var addresses))
        {
            try
            {
                addresses = await _resolve(target.Host, cancellationToken);
            }
            catch (SocketException exception)
            {
                return DialFailureText.ForName(target, exception.SocketErrorCode);
            }
            catch (ArgumentException)
            {
                // A name longer than 255 characters: no resolver is asked.
                return DialFailureText.ForName(target, SocketError.HostNotFound);
            }
            catch (OperationCanceledException)
            {
                return DialFailureText.ForCancellation(target);
            }
        }

        if (addresses.Length == 0)
        {
            return DialFailureText.ForName(target, SocketError.NoData);
        }

        if (addresses.Length == 1)
        {
            return await FinishAsync(DialAttempt.RunAsync(new IPEndPoint(addresses[0], target.Port), _options, cancellationToken), target);
        }

        var (winner, failures) = await AddressRace.RunAsync(
            AddressOrder.Interleave(addresses), target.Port, _options, _timeProvider, cancellationToken);
        return winner is not null ? DialResult.Success(winner)
            : failures.Count > 0 ? DialFailureText.ForAttempts(target, failures)
            : DialFailureText.ForCancellation(target);
    }
}
