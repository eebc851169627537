using System.Collections.Immutable;
using FastProxy.Access.Policies;

namespace FastProxy.Access.Tokens;

/// <summary>A policy with rules about a service token.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Through">By what: <c>service_token</c>, <c>any_valid_service_token</c>, <c>group 'NAME'</c>. Not empty.</param>
/// <param name="Admits">
/// Whether it may admit the token: a Service Auth policy that includes it and does not exclude it. Further rules may still ask for more. Never for
/// a canary.
/// </param>
public sealed record TokenPolicy(Policy Policy, ImmutableArray<string> Through, bool Admits);
