namespace FastProxy.Admin.ServiceTokens;

/// <summary>A service token that was revoked.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Deleted">Whether it is gone; else rules name it, and it is kept, switched off and without a secret.</param>
/// <param name="NamedBy">What names it.</param>
/// <param name="Usage">What used it until now.</param>
internal sealed record TokenRevocationResource(Guid Id, string Name, bool Deleted, IReadOnlyList<string> NamedBy, TokenUsageResource Usage);
