using System.Net.Sockets;

namespace FastProxy.Transport.Sockets;

/// <summary>
/// Judges whether a TCP peer has vanished: its host is gone, or the way to it drops every packet. A peer that merely does not read is never
/// taken for that, because its kernel goes on answering probes; a time-out on unacknowledged data (TCP_USER_TIMEOUT) cannot tell the two apart.
/// </summary>
/// <remarks>
/// <para>
/// One look proves nothing: a connection that was silent and has just sent looks like a dead one. So it takes several looks, none of which
/// finds an answer since the first; after the whole machine stood still, the peer has time between two of them.
/// </para>
/// <para>
/// One try that is not answered proves nothing either, because a packet may be lost: a second one must have gone out, and had the time
/// between two looks for its answer. How soon there is a second one is the kernel's business, which doubles the gap after every try:
/// </para>
/// <list type="bullet">
/// <item>Data after an answer, or after silence, is tried again within a fraction of a second, and each gap is about as long as all tries
/// before it took together. So two are long over when the time is up, and a peer that is gone is given up within two intervals. The other
/// side of it: after an interruption of d the kernel's next try comes within another d. So one of 0.8 intervals ends no session that was busy
/// when it began, and one of a third of an interval none at all (a silent one sends first after a whole interval); a longer one may, even
/// if it is over before the time is up.</item>
/// <item>Probes of a silent connection go out after one interval and after one and a half; that is in time as well.</item>
/// <item>Tries at a closed window are answered for hours, and meanwhile their gaps grow to two minutes. Who vanishes then is noticed with
/// the second try after that: a few seconds later where the reader had just stopped, at most a bit over four minutes where it had for long.</item>
/// </list>
/// <para>Thread-safe.</para>
/// </remarks>
internal struct PeerPulse
{
    private const int FewestLooks = 4;

    /// <summary>
    /// In keep-alive intervals. Something is sent after one interval of silence at the latest, and two are the promise: what is left for the
    /// answer is a bit less than one.
    /// </summary>
    private const double Unanswered = 0.6;

    /// <summary>How long no acknowledgement of any kind has come, in keep-alive intervals: see the remarks for what a shorter time would cost.</summary>
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
    private byte _retransmits;
    private bool _triedAgain;

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
            (_since, _looks, _retransmits, _triedAgain) = (now, 1, account.Retransmits, false);
            return false;
        }

        _looks++;
        if (!_triedAgain)
        {
            _triedAgain = IsSecondTry(account, now);
            return false;
        }

        return _looks >= FewestLooks
            && now - _since >= patience
            && (impatient || account.SinceAcknowledged >= keepAlive.TotalMilliseconds * Silent);
    }

    /// <summary>
    /// Whether more than one try went unanswered. Probes are counted from the last answer on; of data the first look has seen one. A segment
    /// that no route leads out for counts too, and leaves no trace but in the number of tries.
    /// </summary>
    private readonly bool IsSecondTry(in TcpAccount account, long now) =>
        account.Probes > 1 || (account.Unacknowledged > 0 && (account.SinceSent < now - _since || account.Retransmits > _retransmits));
}
