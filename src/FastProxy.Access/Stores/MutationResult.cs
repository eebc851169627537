using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Stores;

/// <summary>The ending of a change, as a value.</summary>
/// <typeparam name="T">The kind of object that was changed.</typeparam>
public sealed record MutationResult<T>
    where T : class
{
    private MutationResult(MutationStatus status, T? value, string? message, ImmutableArray<string> usedBy)
    {
        Status = status;
        Value = value;
        Message = message;
        UsedBy = usedBy;
    }

    /// <summary>How it ended.</summary>
    public MutationStatus Status { get; }

    /// <summary>The object as stored, or as it was before its deletion; null unless <see cref="IsOk"/>.</summary>
    public T? Value { get; }

    /// <summary>One sentence for a person; null when <see cref="IsOk"/>.</summary>
    public string? Message { get; }

    /// <summary>For <see cref="MutationStatus.InUse"/>: what names the object, e.g. <c>application 'git' policy 'ci'</c>. Else empty.</summary>
    public ImmutableArray<string> UsedBy { get; }

    /// <summary>Whether it was done.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Message))]
    public bool IsOk => Status == MutationStatus.Ok;

    /// <summary>The ending of a change that was made.</summary>
    public static MutationResult<T> Done(T value) => new(MutationStatus.Ok, value, null, []);

    /// <summary>The ending of a change that was not made.</summary>
    public static MutationResult<T> Failed(MutationProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new(problem.Status, null, problem.Message, problem.UsedBy);
    }
}
