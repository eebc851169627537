namespace FastProxy.Transport.Sockets;

/// <summary>Places for one receive in a buffer, with gaps between them: each is filled before the next.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Offset">Where the first place begins.</param>
/// <param name="Length">Bytes of a place.</param>
/// <param name="Gap">Bytes between two places.</param>
/// <param name="Count">How many there are, 1 to 16.</param>
internal readonly record struct Slots(byte[] Buffer, int Offset, int Length, int Gap, int Count);
