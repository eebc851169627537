using FastProxy.Access.ApiTokens;

namespace FastProxy.Admin.Authentication;

/// <summary>Who makes a request: the bearer of an API token, or whoever may open the admin socket.</summary>
/// <param name="Token">The API token; null on the socket.</param>
internal sealed record ApiCaller(ApiToken? Token)
{
    /// <summary>
    /// Whoever may open the admin socket. Set among the features of its connections and of no others, so that a connection nobody thought of
    /// has to authenticate.
    /// </summary>
    public static ApiCaller Socket { get; } = new((ApiToken?)null);

    /// <inheritdoc/>
    public override string ToString() => Token is null ? "the admin socket" : $"API token {Token.Id:D} ({Token.Name})";
}
