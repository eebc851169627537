using System.Collections.Immutable;

namespace FastProxy.Access.Tokens;

/// <summary>The service tokens, or the old secrets of tokens, that time has retired.</summary>
/// <param name="Tokens">Each as it was before. At least one.</param>
public sealed record RetiredTokens(ImmutableArray<ServiceToken> Tokens);
