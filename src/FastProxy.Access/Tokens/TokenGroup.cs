using System.Collections.Immutable;
using FastProxy.Access.Policies;

namespace FastProxy.Access.Tokens;

/// <summary>A group with rules about a service token.</summary>
/// <param name="Group">The group.</param>
/// <param name="Through">By what: <c>service_token</c>, <c>any_valid_service_token</c>, <c>group 'NAME'</c>. Not empty.</param>
public sealed record TokenGroup(Group Group, ImmutableArray<string> Through);
