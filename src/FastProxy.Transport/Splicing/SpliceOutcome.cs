using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>How a splice ended.</summary>
/// <param name="Reason"><see cref="ReasonCode.Ok"/> when both directions ended in order; else the first cause.</param>
/// <param name="ToRemote">Payload bytes moved from the local to the remote end.</param>
/// <param name="ToLocal">Payload bytes moved from the remote to the local end.</param>
public readonly record struct SpliceOutcome(ReasonCode Reason, long ToRemote, long ToLocal);
