using System.Text.Json.Serialization;
using FastProxy.Access.ApiTokens;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.ApiTokens;

/// <summary>An API token as the API shows it.</summary>
internal sealed record ApiTokenResource : INamedResource
{
    public const string Read = "read";
    public const string Write = "write";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Scope { get; init; }

    /// <summary><c>active</c> or <c>expired</c>.</summary>
    public required string Status { get; init; }

    public required DateTime IssuedOn { get; init; }

    public required DateTime? ExpiresOn { get; init; }

    /// <summary>What its bearer sends: in the answer to the creation and nowhere else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    public static ApiTokenResource Of(ApiToken token, DateTimeOffset now) => new()
    {
        Id = token.Id,
        Name = token.Name,
        Scope = token.Scope == ApiTokenScope.Write ? Write : Read,
        Status = token.IsExpired(now) ? "expired" : "active",
        IssuedOn = Rfc3339.Of(token.CreatedAt),
        ExpiresOn = token.ExpiresAt is { } expires ? Rfc3339.Of(expires) : null,
    };
}
