namespace FastProxy.Access.Decisions;

/// <summary>A client certificate that was verified, against the one authority that counts where it was shown. Immutable.</summary>
/// <param name="CommonName">The one common name of its subject; null where that has none or several.</param>
/// <param name="NotAfter">From this moment on it is expired.</param>
public sealed record ClientCertificate(string? CommonName, DateTimeOffset NotAfter);
