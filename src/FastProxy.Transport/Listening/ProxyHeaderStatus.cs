namespace FastProxy.Transport.Listening;

/// <summary>How far the reading of a <see cref="ProxyHeader"/> came.</summary>
public enum ProxyHeaderStatus
{
    /// <summary>Right so far; more must come.</summary>
    Incomplete,

    /// <summary>A whole header, and not one byte more.</summary>
    Complete,

    /// <summary>No header, or a broken one.</summary>
    Invalid,
}
