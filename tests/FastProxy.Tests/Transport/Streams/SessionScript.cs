namespace FastProxy.Tests.Transport.Streams;

/// <summary>How one session on a stream goes.</summary>
/// <param name="Ending">How it ends.</param>
/// <param name="Up">Bytes the application sends.</param>
/// <param name="Down">Bytes the origin sends.</param>
/// <param name="Ahead">Of <paramref name="Up"/>, bytes that go ahead of the gateway's answer.</param>
/// <param name="Turns">How often whoever ends the session lets others go first: moves the end to another moment.</param>
/// <param name="Watched">Whether the idle stream before it is watched, and asked whether it is alive, as a pool does.</param>
public sealed record SessionScript(SessionEnding Ending, int Up, int Down, int Ahead, int Turns, bool Watched);
