using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Client.Connecting;

/// <summary>
/// Which certificate authorities are believed: those of a file that is named, else of <c>SSL_CERT_FILE</c> and <c>SSL_CERT_DIR</c>, else
/// the system's. Immutable and thread-safe.
/// </summary>
public sealed class TrustRoots
{
    // Where distributions keep their bundle. A static OpenSSL knows only the path of the machine it was built on.
    private static readonly string[] s_bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ];

    private readonly X509Certificate2Collection? _roots;

    private TrustRoots(X509Certificate2Collection? roots) => _roots = roots;

    /// <summary>The system's.</summary>
    public static TrustRoots System { get; } = new((X509Certificate2Collection?)null);

    /// <summary>Loads the roots.</summary>
    /// <param name="caFile">A PEM bundle; null for none.</param>
    /// <param name="setting">What named it, as its user writes it: <c>--ca-file</c> or <c>ca_file</c>.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="roots">The roots; null on failure.</param>
    /// <returns>Null, or one line that says what cannot be used.</returns>
    public static string? Load(string? caFile, string setting, Func<string, string?> environment, out TrustRoots? roots)
    {
        ArgumentNullException.ThrowIfNull(environment);
        roots = null;
        var collection = new X509Certificate2Collection();
        var (file, directory) = (environment("SSL_CERT_FILE"), environment("SSL_CERT_DIR"));
        string? error;
        if (caFile is not null)
        {
            error = AddFile(collection, caFile, setting);
        }
        else if (!string.IsNullOrEmpty(file) || !string.IsNullOrEmpty(directory))
        {
            error = (string.IsNullOrEmpty(file) ? null : AddFile(collection, file, "SSL_CERT_FILE"))
                ?? (string.IsNullOrEmpty(directory) ? null : AddDirectories(collection, directory));
        }
        else if (Directory.Exists("/usr/lib/ssl/certs") || Array.Find(s_bundles, File.Exists) is not { } bundle)
        {
            roots = System;
            return null;
        }
        else
        {
            error = AddFile(collection, bundle, "the system's certificate bundle");
        }

        roots = error is null ? new TrustRoots(collection) : null;
        return error;
    }

    /// <summary>Whether the same authorities are believed, in whatever order and by whichever file.</summary>
    public bool IsSameAs(TrustRoots other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ReferenceEquals(this, other)
            || (_roots is null ? other._roots is null : other._roots is not null && Names(_roots).SetEquals(Names(other._roots)));
    }

    /// <summary>The rules a server's certificate is checked by. Nothing is downloaded on the way.</summary>
    public X509ChainPolicy CreatePolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (_roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_roots);
        }

        return policy;
    }

    private static HashSet<string> Names(X509Certificate2Collection roots) =>
        [.. roots.Select(root => root.GetCertHashString(HashAlgorithmName.SHA256))];

    private static string? AddFile(X509Certificate2Collection collection, string path, string name)
    {
        try
        {
            var before = collection.Count;
            collection.ImportFromPemFile(path);
            return collection.Count > before ? null : $"{name} {path} holds no certificate";
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{name} {path} does not exist";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{name} {path} cannot be read";
        }
        catch (CryptographicException)
        {
            return $"{name} {path} is not a PEM bundle of certificates";
        }
    }

    private static string? AddDirectories(X509Certificate2Collection collection, string directories)
    {
        foreach (var directory in directories.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Directory.Exists(directory))
            {
                return $"SSL_CERT_DIR {directory} does not exist";
            }

            foreach (var path in Directory.EnumerateFiles(directory))
            {
                // Such a directory holds the same certificate under several names, and other files; what is none is skipped.
                _ = AddFile(collection, path, "SSL_CERT_DIR");
            }
        }

        return collection.Count > 0 ? null : "SSL_CERT_DIR holds no certificate";
    }
}
