using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>What became of an <c>open</c>: a session, or none.</summary>
/// <param name="StreamLives">Whether the stream takes another one afterwards.</param>
/// <param name="Prepared">The admitted session; null for none.</param>
/// <param name="Session">Its end on the stream; null for none.</param>
internal readonly record struct Opening(bool StreamLives, PreparedSession? Prepared = null, GatewaySession? Session = null);
