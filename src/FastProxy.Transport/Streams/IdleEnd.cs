namespace FastProxy.Transport.Streams;

/// <summary>Why an idle stream must not be used any more.</summary>
public enum IdleEnd
{
    /// <summary>The gateway said <c>drain</c>.</summary>
    Drained,

    /// <summary>The gateway sent a Close frame.</summary>
    Closed,

    /// <summary>The connection ended or broke without a word.</summary>
    Lost,

    /// <summary>Something came that has no place between two sessions.</summary>
    Unexpected,
}
