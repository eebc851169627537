using FastProxy.WebSockets;

namespace FastProxy.Transport.Splicing;

/// <summary>How a WebSocket is spoken on one connection.</summary>
/// <param name="Role">Which end we are. A client masks what it sends.</param>
/// <param name="ZeroMask">Mask with key zero, as <c>fastproxy.v1</c> agrees on over TLS and on loopback.</param>
/// <param name="Text">What TEXT means.</param>
/// <param name="LongestMessage">The longest message to send, in bytes: stock peers drop what is beyond 16 KiB.</param>
/// <param name="TimeProvider">The clock that says how long last words and answers may take.</param>
internal readonly record struct LinkOptions(PeerRole Role, bool ZeroMask, TextHandling Text, int LongestMessage, TimeProvider TimeProvider);
