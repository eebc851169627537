namespace FastProxy.Transport.Sockets;

/// <summary>What the kernel knows of a TCP connection (TCP_INFO, tcp(7)): the part that tells whether the peer's kernel still answers.</summary>
/// <param name="Probes">Probes of a closed window, or of a silent connection, since the last answer.</param>
/// <param name="Retransmits">Times a segment was sent again, or could not even be, since something new was acknowledged.</param>
/// <param name="Unacknowledged">Segments sent and not acknowledged.</param>
/// <param name="SinceSent">Milliseconds since the last segment with data was sent, or sent again.</param>
/// <param name="SinceAcknowledged">Milliseconds since the last acknowledgement came, be it of anything new or not.</param>
internal readonly record struct TcpAccount(byte Probes, byte Retransmits, uint Unacknowledged, uint SinceSent, uint SinceAcknowledged)
{
    /// <summary>
    /// Whether something went out that nothing has come back for. A segment into a closed window stays unacknowledged for as long as its
    /// reader is slow, but every try is answered: then the answer is younger than the try.
    /// </summary>
    public bool AwaitsAnswer => Probes > 0 || (Unacknowledged > 0 && SinceSent < SinceAcknowledged);
}
