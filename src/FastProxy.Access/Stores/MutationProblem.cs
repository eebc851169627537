using System.Collections.Immutable;

namespace FastProxy.Access.Stores;

/// <summary>Why a change was not made.</summary>
/// <param name="Status">The kind of problem; never <see cref="MutationStatus.Ok"/>.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="UsedBy">What names the object, for <see cref="MutationStatus.InUse"/>.</param>
public sealed record MutationProblem(MutationStatus Status, string Message, ImmutableArray<string> UsedBy)
{
    /// <summary>No object has the id.</summary>
    public static MutationProblem NotFound(string what) => new(MutationStatus.NotFound, $"there is no such {what}", []);

    /// <summary>Something that must be unique is taken.</summary>
    public static MutationProblem Conflict(string message) => new(MutationStatus.Conflict, message, []);

    /// <summary>The object cannot be stored as it is.</summary>
    public static MutationProblem Invalid(string message) => new(MutationStatus.Invalid, message, []);

    /// <summary>The store cannot be written.</summary>
    public static MutationProblem Unavailable(string message) => new(MutationStatus.Unavailable, message, []);
}
