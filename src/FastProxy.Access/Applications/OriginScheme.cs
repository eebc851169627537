namespace FastProxy.Access.Applications;

/// <summary>What an application's origin speaks, or how it is found.</summary>
public enum OriginScheme
{
    /// <summary>Plain TCP; the port is always written.</summary>
    Tcp,

    /// <summary>SSH over TCP, port 22 unless written.</summary>
    Ssh,

    /// <summary>Remote desktop over TCP, port 3389 unless written.</summary>
    Rdp,

    /// <summary>SMB over TCP, port 445 unless written.</summary>
    Smb,

    /// <summary>HTTP, port 80 unless written.</summary>
    Http,

    /// <summary>HTTP over TLS, port 443 unless written.</summary>
    Https,

    /// <summary>A unix socket of the gateway's machine.</summary>
    Unix,

    /// <summary>The client names the destination, within what the application allows.</summary>
    Bastion,
}
