using System.Globalization;
using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>Turns kernel errors into a <see cref="DialError"/> and one line a person can act on.</summary>
internal static class DialFailureText
{
    public static DialResult ForName(DialTarget target, SocketError error) => DialResult.Failure(
        error == SocketError.TooManyOpenSockets ? DialError.OutOfDescriptors : DialError.NameNotFound,
        $"cannot resolve {target.Host}: " + error switch
        {
            SocketError.HostNotFound => "no such name",
            SocketError.NoData => "the name has no address",
            SocketError.TryAgain => "the name server did not answer",
            SocketError.TooManyOpenSockets => OutOfDescriptors,
            _ => error.ToString(),
        });

    public static DialResult ForTimeout(DialTarget target, TimeSpan timeout) => DialResult.Failure(
        DialError.TimedOut,
        string.Create(CultureInfo.InvariantCulture, $"cannot connect to {target}: no answer within {timeout.TotalSeconds:0.###} s"));

    public static DialResult ForCancellation(DialTarget target) =>
        DialResult.Failure(DialError.Cancelled, $"cannot connect to {target}: cancelled");

    public static DialResult ForAttempts(DialTarget target, IReadOnlyList<DialAttempt> failures)
    {
        // A refusal says most: something answered. It is reported ahead of the addresses nobody answered at.
        var told = failures[0];
        foreach (var failure in failures)
        {
            if (Rank(Classify(failure.Error)) > Rank(Classify(told.Error)))
            {
                told = failure;
            }
        }

        var where = target.UnixPath is null && told.EndPoint.ToString() is { } address && address != target.ToString() ? $" ({address})" : string.Empty;
        var more = failures.Count > 1
            ? string.Create(CultureInfo.InvariantCulture, $" (and {failures.Count - 1} more address{(failures.Count > 2 ? "es" : string.Empty)} failed)")
            : string.Empty;
        return DialResult.Failure(Classify(told.Error), $"cannot connect to {target}{where}: {Describe(target, told.Error)}{more}");
    }

    private const string OutOfDescriptors = "out of file descriptors (raise ulimit -n or LimitNOFILE)";

    private static DialError Classify(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => DialError.Refused,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown
            or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => DialError.Unreachable,
        SocketError.TimedOut => DialError.TimedOut,
        SocketError.TooManyOpenSockets => DialError.OutOfDescriptors,
        _ => DialError.Other,
    };

    private static int Rank(DialError error) => error switch
    {
        DialError.OutOfDescriptors => 4,
        DialError.Refused => 3,
        DialError.TimedOut => 2,
        DialError.Other => 1,
        _ => 0,
    };

    private static string Describe(DialTarget target, SocketError error) => error switch
    {
        SocketError.ConnectionRefused => target.UnixPath is null ? "connection refused" : "nothing listens on this socket",
        SocketError.HostUnreachable or SocketError.HostDown => "no route to host",
        SocketError.NetworkUnreachable or SocketError.NetworkDown => "network is unreachable",
        SocketError.AddressNotAvailable => target.UnixPath is null ? "the address is not available here" : "no such socket",
        SocketError.AddressFamilyNotSupported => "this machine does not speak that address family",
        SocketError.TimedOut => "no answer",
        SocketError.TooManyOpenSockets => OutOfDescriptors,
        SocketError.AccessDenied => "permission denied",
        SocketError.ConnectionReset => "connection reset",
        _ => error.ToString(),
    };
}
