namespace FastProxy.Access.ApiTokens;

/// <summary>What the bearer of an API token may do.</summary>
public enum ApiTokenScope
{
    /// <summary>Look at everything, change nothing.</summary>
    Read,

    /// <summary>Look at everything and change everything.</summary>
    Write,
}
