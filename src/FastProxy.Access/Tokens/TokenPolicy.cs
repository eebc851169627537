using System.Collections.Immutable;
using FastProxy.Access.Policies;

namespace FastProxy.Access.Tokens;

/// <summary>A policy with rules about a service token.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Through">By what: <c>service_token</c>, <c>any_valid_service_token</c>, <c>group 'NAME'</c>. Not empty.</param>
/// <param name="Admits">
/// Whether it may admit who presents the token: a Service Auth or Bypass policy that matches, as long as addresses, countries and certificates
/// are not known. Never for a canary.
/// </param>
public sealed record TokenPolicy(Policy Policy, ImmutableArray<string> Through, bool Admits);
