using FastProxy.Access.Changes;
using FastProxy.Access.Stores;

namespace FastProxy.Admin.Declarations;

/// <summary>Works out the change that a declaration asks for. Pure; the store calls it with nobody else changing anything.</summary>
internal static class DeclarationPlan
{
    /// <summary>The change, its answer the difference. There is none to write in a dry run, and where everything is as declared.</summary>
    /// <param name="snapshot">The state of the moment.</param>
    /// <param name="declaration">What shall hold.</param>
    /// <param name="dryRun">Whether only to say what would change.</param>
    /// <param name="now">The time of what is created or changed.</param>
    /// <param name="problems">Takes what is wrong at a place of the declaration; the change then is refused.</param>
    public static AccessChange<DeclarationResult> Of(
        AccessSnapshot snapshot, Declaration declaration, bool dryRun, DateTimeOffset now, DeclarationProblems problems)
    {
        var reader = new DeclarationReader(snapshot, declaration, now, problems);
        var content = reader.Read();
        if (problems.All.Count > 0)
        {
            return ContentChanges.Refuse<DeclarationResult>("the declaration cannot be used");
        }
        var result = new DeclarationResult(dryRun, new DeclarationDifference(reader.Before, reader.After).Of(snapshot, content));
        var change = ContentChanges.Replace(snapshot, content, result, out var culprit);
        if (culprit is { } id && reader.PlaceOf(id) is { } place)
        {
            problems.Add(place, change.Result.Message!);
        }
        return change.Next is not null && (dryRun || result.Changes.Count == 0) ? ContentChanges.None(result) : change;
    }
}
