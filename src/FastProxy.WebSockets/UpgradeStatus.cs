namespace FastProxy.WebSockets;

/// <summary>What <see cref="UpgradeResponse.TryParse"/> made of the bytes so far.</summary>
public enum UpgradeStatus
{
    /// <summary>The head is not complete; call again with more.</summary>
    NeedMoreData,

    /// <summary>A 101 that passed every check: frames may follow.</summary>
    Accepted,

    /// <summary>A complete, well-formed head with another final status than 101.</summary>
    Refused,

    /// <summary>Not HTTP/1.1, too long, or a 101 that does not answer the request; the error text says which.</summary>
    Invalid,
}
