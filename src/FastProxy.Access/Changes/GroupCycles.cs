using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Finds groups that contain themselves. Without recursion: a change of many groups at once may chain thousands.</summary>
internal static class GroupCycles
{
    /// <summary>A group that is part of a cycle, not one that only leads to it; null where there is none.</summary>
    public static Group? FindMember(AccessSnapshot snapshot)
    {
        // False while a group is on the path, true once all it names was followed.
        var seen = new Dictionary<Guid, bool>();
        var path = new Stack<(Guid Group, IEnumerator<Guid> Named)>();
        foreach (var start in snapshot.Groups)
        {
            if (seen.TryAdd(start.Id, false))
            {
                path.Push((start.Id, Named(start)));
            }

            while (path.TryPeek(out var top))
            {
                if (!top.Named.MoveNext())
                {
                    seen[top.Group] = true;
                    path.Pop();
                }
                else if (snapshot.TryGetGroup(top.Named.Current, out var inner))
                {
                    if (seen.TryAdd(inner.Id, false))
                    {
                        path.Push((inner.Id, Named(inner)));
                    }
                    else if (!seen[inner.Id])
                    {
                        return inner;
                    }
                }
            }
        }

        return null;
    }

    private static IEnumerator<Guid> Named(Group group) =>
        group.Include.Concat(group.Require).Concat(group.Exclude).Select(rule => rule.NamedGroup).OfType<Guid>().GetEnumerator();
}
