namespace FastProxy.Access.Tokens;

/// <summary>How the presentation of a client id and secret ended.</summary>
public enum AuthenticationStatus
{
    /// <summary>Unknown client id, wrong secret, or a canary: they are indistinguishable on purpose.</summary>
    Unknown,

    /// <summary>The right secret of a token in force.</summary>
    Authenticated,

    /// <summary>The right secret of a token whose time is over.</summary>
    Expired,

    /// <summary>The right secret of a token that is switched off.</summary>
    Disabled,
}
