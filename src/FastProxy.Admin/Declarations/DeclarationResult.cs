namespace FastProxy.Admin.Declarations;

/// <summary>What a declaration did, or would do.</summary>
/// <param name="DryRun">Whether nothing was written because the request said so.</param>
/// <param name="Changes">The difference; empty where everything was as declared, and nothing was written.</param>
internal sealed record DeclarationResult(bool DryRun, IReadOnlyList<DeclarationChange> Changes);
