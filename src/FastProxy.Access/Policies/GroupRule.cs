using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds when a group's own formula does.</summary>
/// <param name="GroupId">The id of the group.</param>
public sealed record GroupRule(Guid GroupId) : Rule
{
    internal const string Key = "group";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override Guid? NamedGroup => GroupId;

    internal override RuleMatch Match(in RuleContext context)
    {
        // A store refuses both cases. Were they there all the same, "not known" is the value that admits nobody and cannot recurse for ever.
        if (context.Depth >= Group.MaximumDepth || !context.Snapshot.TryGetGroup(GroupId, out var group))
        {
            return RuleMatch.Unknown;
        }

        return RuleFormula.Match(group.Include, group.Require, group.Exclude, context with { Depth = context.Depth + 1 });
    }

    internal override void WriteValue(Utf8JsonWriter writer) => WriteId(writer, "id", GroupId);
}
