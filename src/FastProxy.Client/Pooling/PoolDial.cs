using FastProxy.Client.Connecting;

namespace FastProxy.Client.Pooling;

/// <summary>What a dial, or the wait for a stream, brought: a connection or a failure, never both.</summary>
/// <param name="Connection">The connection, in the receiver's hands; null on failure.</param>
/// <param name="Failure">Null on success.</param>
internal readonly record struct PoolDial(PooledConnection? Connection, ConnectFailure? Failure);
