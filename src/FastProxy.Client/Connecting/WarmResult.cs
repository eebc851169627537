namespace FastProxy.Client.Connecting;

/// <summary>A connection that waits for its upgrade, or a failure, never both.</summary>
/// <param name="Connection">The caller's to dispose; null on failure.</param>
/// <param name="Failure">Null on success.</param>
public readonly record struct WarmResult(WarmConnection? Connection, ConnectFailure? Failure);
