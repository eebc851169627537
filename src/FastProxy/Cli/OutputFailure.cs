using FastProxy.Client;

namespace FastProxy.Cli;

/// <summary>
/// Standard output cannot be written. No <see cref="IOException"/>, because verbs catch those of the files they work on, and an exception at
/// all, because it ends every verb in the same way, wherever it prints.
/// </summary>
internal sealed class OutputFailure(Exception cause) : Exception($"cannot write to standard output: {Lowered(cause.Message)}", cause)
{
    /// <summary>The one line on stderr.</summary>
    public CommandError Error => new(ExitCode.Failed, "cannot write to standard output", Lowered(InnerException!.Message));

    /// <summary>Whether a write failed for what standard output is: .NET says of one that is closed, or open for reading, that access is denied.</summary>
    public static bool IsExpected(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private static string Lowered(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
