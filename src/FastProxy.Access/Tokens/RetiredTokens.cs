using System.Collections.Immutable;

namespace FastProxy.Access.Tokens;

/// <summary>The service tokens that were retired because nobody used them.</summary>
/// <param name="Tokens">Each as it was before. At least one.</param>
public sealed record RetiredTokens(ImmutableArray<ServiceToken> Tokens);
