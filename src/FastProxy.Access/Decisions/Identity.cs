using System.Collections.Immutable;

namespace FastProxy.Access.Decisions;

/// <summary>Who signed in, as an identity provider said it at that moment. Immutable.</summary>
public sealed record Identity
{
    /// <summary>The address the person is known by.</summary>
    public required string Email { get; init; }

    /// <summary>The id of the identity provider.</summary>
    public required Guid ProviderId { get; init; }

    /// <summary>How it made sure (RFC 8176, the claim <c>amr</c>). Defaults to none.</summary>
    public ImmutableArray<string> AuthenticationMethods { get; init; } = [];

    /// <summary>What else it said, a row for each value of each claim. Defaults to none.</summary>
    public ImmutableArray<IdentityClaim> Claims { get; init; } = [];

    /// <summary>The URLs of the evaluation services that vouched for the person at the sign-in. Defaults to none.</summary>
    public ImmutableArray<string> Evaluations { get; init; } = [];
}
