using System.Net.Sockets;

namespace FastProxy.Transport.Sockets;

/// <summary>
/// Judges whether a TCP peer has vanished: its host is gone, or the way to it drops every packet. A peer that merely does not read is never
/// taken for that, because its kernel goes on answering probes; a time-out on unacknowledged data (TCP_USER_TIMEOUT) cannot tell the two apart.
/// </summary>
/// <remarks>
/// One look proves nothing: a connection that was silent and has just sent looks like a dead one. So it takes several looks, none of which
/// finds an answer since the first; after the whole machine stood still, the peer has time between two of them. Thread-safe.
/// </remarks>
internal struct PeerPulse
{
    private const int FewestLooks = 4;

    /// <summary>
    /// In keep-alive intervals. Something is sent after one interval of silence at the latest, and two are the promise: what is left for the
    /// answer is a bit less than one.
    /// </summary>
    private const double Unanswered = 0.6;

    /// <summary>A busy connection may be interrupted for this long, in keep-alive intervals, and go on.</summary>
    private const double Silent = 1.7;

    /// <summary>Where nothing is lost by giving up early, in keep-alive intervals.</summary>
    private const double Impatient = 0.25;

    /// <summary>
    /// In milliseconds, however short the interval is: a kernel answers probes of a closed window that come in quick succession only twice a
    /// second (net.ipv4.tcp_invalid_ratelimit), and the next one comes a second later.
    /// </summary>
    private const long LeastPatience = 1500;

    private long _nextLook;
    private long _since;
    private int _looks;

    /// <summary>Looks, unless it is too early to look again.</summary>
    /// <param name="socket">A TCP socket.</param>
    /// <param name="keepAlive">The keep-alive interval.</param>
    /// <param name="impatient">Whether giving the peer up by mistake costs nobody anything.</param>
    public bool IsGone(SafeSocketHandle socket, TimeSpan keepAlive, bool impatient)
    {
        var now = Environment.TickCount64;
        var next = Volatile.Read(ref _nextLook);
        var patience = Math.Max(LeastPatience, (long)(keepAlive.TotalMilliseconds * (impatient ? Impatient : Unanswered)));
        if (now < next || Interlocked.CompareExchange(ref _nextLook, now + (patience / FewestLooks), next) != next)
        {
            return false;
        }

        if (!SocketCalls.TryGetAccount(socket, out var account) || !account.AwaitsAnswer)
        {
            _looks = 0;
            return false;
        }

        if (_looks == 0 || account.SinceAcknowledged < now - _since)
        {
            (_since, _looks) = (now, 1);
            return false;
        }

        return ++_looks >= FewestLooks
            && now - _since >= patience
            && (impatient || account.SinceAcknowledged >= keepAlive.TotalMilliseconds * Silent);
    }
}
