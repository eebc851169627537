namespace FastProxy.Transport.Dialing;

/// <summary>Why a connection could not be made.</summary>
public enum DialError
{
    /// <summary>Connected.</summary>
    None,

    /// <summary>The name does not resolve, or the name server did not answer.</summary>
    NameNotFound,

    /// <summary>The host answered that nothing listens there.</summary>
    Refused,

    /// <summary>No route to the host or its network.</summary>
    Unreachable,

    /// <summary>No answer within <see cref="DialerOptions.ConnectTimeout"/>.</summary>
    TimedOut,

    /// <summary>This process has no file descriptor left.</summary>
    OutOfDescriptors,

    /// <summary>A proxy stands in between and said no.</summary>
    ProxyRefused,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>Anything else the kernel reported.</summary>
    Other,
}
