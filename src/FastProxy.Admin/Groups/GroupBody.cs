using System.Text.Json;
using FastProxy.Access.Policies;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Groups;

/// <summary>Reads a group from a request.</summary>
internal static class GroupBody
{
    /// <summary>The group; what is wrong with it is noted in <paramref name="body"/>, whose result then must not be used.</summary>
    public static Group Read(ApiBody body, Guid id, DateTimeOffset now) => new()
    {
        Id = id,
        Name = body.RequiredText("name"),
        // A client that writes back what it read sends the list of rules that answers have in its place.
        IsDefault = body.Element("is_default", "true or false", JsonValueKind.True, JsonValueKind.False, JsonValueKind.Array) switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.Array } rules => rules.GetArrayLength() > 0,
            _ => false,
        },
        Include = body.Rules("include"),
        Require = body.Rules("require"),
        Exclude = body.Rules("exclude"),
        CreatedAt = now,
        UpdatedAt = now,
    };
}
