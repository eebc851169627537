namespace FastProxy.Cli.Api;

/// <summary>
/// A call of the API that did not do what it was made for. An exception, because a verb makes several calls in a row and each failure
/// ends all of it in the same way: one line on stderr.
/// </summary>
internal sealed class ApiFailure(string what, string why) : Exception($"{what}: {why}")
{
    /// <summary>What failed, for the line.</summary>
    public string What { get; } = what;

    /// <summary>Why, for the line.</summary>
    public string Why { get; } = why;

    /// <summary>Whether it is the command line that cannot be used as written.</summary>
    public bool IsUsage { get; private init; }

    /// <summary>Whether a change was asked for and the answer did not come: it may have been made, or be made yet.</summary>
    public bool IsOutcomeUnknown { get; init; }

    /// <summary>A command line that cannot be used as written.</summary>
    public static ApiFailure Usage(string why) => new("refused", why) { IsUsage = true };

    /// <summary>The API's error code; 0 where it did not answer with one.</summary>
    public int Code { get; init; }

    /// <summary>What is wrong with the request and where in it, as JSON pointers (RFC 6901); empty where no place was told.</summary>
    public IReadOnlyList<(string Pointer, string Message)> Problems { get; init; } = [];

    /// <summary>What to do about it; null where the line says it.</summary>
    public string? NextStep { get; init; }
}
