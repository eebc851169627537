using FastProxy.Access.Tokens;

namespace FastProxy.Access.ApiTokens;

/// <summary>A new API token together with its value, which is shown once and then forgotten.</summary>
/// <param name="Token">The token as it is stored.</param>
/// <param name="Value">What its bearer sends; its <c>ToString</c> does not show it.</param>
public sealed record IssuedApiToken(ApiToken Token, ClientSecret Value)
{
    /// <summary>How values begin, so that a scanner of logs and repositories can tell one that got away.</summary>
    public const string Prefix = "fpat_";

    /// <summary>Makes a token. Touches nothing but the random generator.</summary>
    public static IssuedApiToken Create(string name, ApiTokenScope scope, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        var value = ClientSecret.Create(Prefix);
        var token = new ApiToken
        {
            Id = Guid.NewGuid(),
            Name = name,
            Scope = scope,
            Value = value.ToHash(),
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        return new IssuedApiToken(token, value);
    }
}
