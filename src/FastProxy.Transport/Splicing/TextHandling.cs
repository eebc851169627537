namespace FastProxy.Transport.Splicing;

/// <summary>What a TEXT message means on a link.</summary>
internal enum TextHandling
{
    /// <summary>A control message of <c>fastproxy.v1</c>.</summary>
    Control,

    /// <summary>Bytes like any other: a client takes what a stock server sends.</summary>
    Bytes,

    /// <summary>Nothing: a gateway drops what a stock client has no reason to send.</summary>
    Drop,
}
