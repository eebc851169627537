namespace FastProxy.Tests.Transport.Streams;

/// <summary>How a session ends.</summary>
public enum SessionEnding
{
    /// <summary>Both directions end in order.</summary>
    Orderly,

    /// <summary>The application resets.</summary>
    ApplicationResets,

    /// <summary>The origin resets.</summary>
    OriginResets,

    /// <summary>The gateway withdraws it.</summary>
    Revoked,

    /// <summary>The gateway refuses it.</summary>
    Refused,

    /// <summary>The client gives up while the origin is dialled.</summary>
    ResetBeforeAnswer,

    /// <summary>It ends in order, and the gateway says meanwhile that it is the last.</summary>
    Drained,
}
