using System.Collections.Immutable;

namespace FastProxy.Access.Tokens;

/// <summary>A service token that was revoked.</summary>
/// <param name="Token">The token: as it was, where it is deleted; else as it is now, switched off and without a secret that anybody has.</param>
/// <param name="Usage">Where it was used in the moment of the revocation.</param>
/// <param name="NamedBy">The policies and groups whose rules name it, which is why it is kept; empty where it is deleted.</param>
public sealed record TokenRevocation(ServiceToken Token, TokenUsage Usage, ImmutableArray<string> NamedBy);
