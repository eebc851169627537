namespace FastProxy.Gateway;

/// <summary>One certificate of a listener, as absolute paths of PEM files. They are reread when they change.</summary>
public sealed record CertificateOptions
{
    /// <summary>The certificate, followed by its intermediates.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>The private key.</summary>
    public required string KeyFile { get; init; }

    /// <summary>
    /// The authorities whose client certificates are asked for on handshakes that choose this certificate; null asks for none.
    /// </summary>
    public string? ClientCaFile { get; init; }
}
