using FastProxy.Client.Connecting;

namespace FastProxy.Client.Pooling;

/// <summary>Whether whoever needs a stream of a pool gets one, as far as that is known.</summary>
/// <param name="IsKnown">Whether it is: nothing was dialled yet, or what was dialled is gone.</param>
/// <param name="Trouble">Why not; null where nothing stands in the way.</param>
internal readonly record struct PoolHealth(bool IsKnown, ConnectFailure? Trouble);
