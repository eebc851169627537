namespace FastProxy.Admin.ServiceTokens;

/// <summary>A group with rules about a service token.</summary>
internal sealed record TokenGroupResource(Guid Id, string Name, IReadOnlyList<string> Through);
