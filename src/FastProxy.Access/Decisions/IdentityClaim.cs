namespace FastProxy.Access.Decisions;

/// <summary>One value of one claim of an identity provider.</summary>
/// <param name="Name">The name of the claim.</param>
/// <param name="Value">One of its values.</param>
public readonly record struct IdentityClaim(string Name, string Value);
