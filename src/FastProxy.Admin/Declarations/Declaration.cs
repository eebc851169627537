using System.Text.Json;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Declarations;

/// <summary>
/// What shall hold: all groups, all reusable policies, all applications, or of some of these kinds nothing is said and they stay as they
/// are. References are names.
/// </summary>
/// <param name="Groups">The groups; null where nothing is said of them.</param>
/// <param name="Policies">The reusable policies; null where nothing is said of them.</param>
/// <param name="Applications">The applications, each with its policies; null where nothing is said of them.</param>
/// <param name="Body">The request it is read from.</param>
internal sealed record Declaration(
    IReadOnlyList<JsonElement>? Groups,
    IReadOnlyList<JsonElement>? Policies,
    IReadOnlyList<JsonElement>? Applications,
    ApiBody Body)
{
    /// <summary>The names of the kinds.</summary>
    public const string GroupsField = "groups";

    /// <inheritdoc cref="GroupsField"/>
    public const string PoliciesField = "policies";

    /// <inheritdoc cref="GroupsField"/>
    public const string ApplicationsField = "applications";

    /// <summary>Reads a declaration; what is wrong with its outline is added to <paramref name="problems"/>.</summary>
    public static Declaration Read(ApiBody body, DeclarationProblems problems)
    {
        var declaration = new Declaration(
            List(body, GroupsField, problems), List(body, PoliciesField, problems), List(body, ApplicationsField, problems), body);
        problems.AddUnknown(body, "");
        if (problems.All.Count == 0 && declaration is { Groups: null, Policies: null, Applications: null })
        {
            problems.Add("", $"nothing is declared: expected {GroupsField}, {PoliciesField} or {ApplicationsField}");
        }
        return declaration;
    }

    private static IReadOnlyList<JsonElement>? List(ApiBody body, string field, DeclarationProblems problems)
    {
        if (!body.Mentions(field))
        {
            return null;
        }
        if (body.Element(field, "", JsonValueKind.Array) is { } list)
        {
            return [.. list.EnumerateArray()];
        }
        // Nothing written behind the key could mean both, and one of the two removes everything.
        problems.Add($"/{field}", $"'{field}' is not a list: [] removes all of them, and without the key they stay as they are");
        return [];
    }
}
