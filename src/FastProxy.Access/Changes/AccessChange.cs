using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>A change that was worked out and not yet written: what it answers, and the snapshot that holds once it is on disk.</summary>
/// <typeparam name="T">The kind of object that is changed.</typeparam>
public sealed class AccessChange<T>
    where T : class
{
    private AccessChange(MutationResult<T> result, AccessSnapshot? next)
    {
        Result = result;
        Next = next;
    }

    /// <summary>What the caller is told, once the change is on disk where it is Ok.</summary>
    public MutationResult<T> Result { get; }

    /// <summary>The snapshot after the change, its version one higher; null when the change was refused, and when it changes nothing.</summary>
    public AccessSnapshot? Next { get; }

    internal static AccessChange<T> To(AccessSnapshot next, T value) => new(MutationResult<T>.Done(value), next);

    internal static AccessChange<T> Unchanged(T value) => new(MutationResult<T>.Done(value), null);

    internal static AccessChange<T> Refused(MutationProblem problem) => new(MutationResult<T>.Failed(problem), null);
}
