using System.Collections.Immutable;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Measures groups with every group in them written out: the number of rules and the depth, or that a group contains itself.</summary>
internal sealed class GroupSizes
{
    private readonly AccessSnapshot _snapshot;

    // A group being measured is present with null: meeting it again is a cycle.
    private readonly Dictionary<Guid, Size?> _sizes = [];

    public GroupSizes(AccessSnapshot snapshot)
    {
        _snapshot = snapshot;
    }

    /// <summary>Null when the rules keep within <see cref="Group.MaximumDepth"/> and <see cref="Group.MaximumRules"/>; else a sentence.</summary>
    public string? Check(string what, ImmutableArray<Rule> include, ImmutableArray<Rule> require, ImmutableArray<Rule> exclude)
    {
        if (!TryMeasure(include, require, exclude, 0, out var size, out var culprit))
        {
            return $"the group '{culprit}' would contain itself";
        }

        return size.Depth > Group.MaximumDepth ? $"{what} would nest groups more than {Group.MaximumDepth} deep"
            : size.Rules > Group.MaximumRules ? $"{what} would have more than {Group.MaximumRules} rules with its groups written out"
            : null;
    }

    private bool TryMeasure(
        ImmutableArray<Rule> include,
        ImmutableArray<Rule> require,
        ImmutableArray<Rule> exclude,
        int depth,
        out Size size,
        out string? culprit)
    {
        size = default;
        culprit = null;
        foreach (var rule in include.Concat(require).Concat(exclude))
        {
            var part = new Size(1, 0);
            if (rule.NamedGroup is { } id && _snapshot.TryGetGroup(id, out var group) && !TryMeasure(group, depth + 1, out part, out culprit))
            {
                return false;
            }

            // Capped, so that doubling a hundred times does not overflow.
            size = new Size(Math.Min(size.Rules + part.Rules, Group.MaximumRules + 1), Math.Max(size.Depth, part.Depth));
        }

        return true;
    }

    private bool TryMeasure(Group group, int depth, out Size size, out string? culprit)
    {
        culprit = null;
        if (depth > Group.MaximumDepth)
        {
            // Too deep whatever is below, and thousands of groups in a chain would exhaust the stack. Who began is refused for it.
            size = new Size(1, Group.MaximumDepth + 1);
            return true;
        }

        if (_sizes.TryGetValue(group.Id, out var known))
        {
            size = known.GetValueOrDefault();
            culprit = known is null ? group.Name : null;
            return known is not null;
        }

        _sizes[group.Id] = null;
        if (!TryMeasure(group.Include, group.Require, group.Exclude, depth, out size, out culprit))
        {
            return false;
        }

        size = new Size(size.Rules + 1, size.Depth + 1);
        _sizes[group.Id] = size;
        return true;
    }

    private readonly record struct Size(int Rules, int Depth);
}
