using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Gateway;
using FastProxy.Gateway.Tls;

namespace FastProxy.Configuration;

/// <summary>Looks at certificate and key before anything listens with them.</summary>
internal static class CertificateCheck
{
    /// <summary>What is wrong with a pair of files that both can be read; null where nothing is, or where they cannot.</summary>
    public static string? Problem(CertificateOptions options)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
            return null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return $"{options.CertificateFile} and {options.KeyFile} are not a certificate and its unencrypted key in PEM: {e.Message.ReplaceLineEndings(" ")}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What is to be said of the certificates that a gateway would serve: those that do not hold, and those that end soon; one line each.</summary>
    /// <param name="options">The gateway's.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<string> Concerns(GatewayOptions options, DateTimeOffset now)
    {
        var certificates = options.Listeners.SelectMany(listener => listener.Tls).Concat(options.Admin?.Tls ?? []);
        foreach (var file in certificates.Select(certificate => certificate.CertificateFile).Distinct(StringComparer.Ordinal))
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            if (CertificateValidity.Of(file, certificate).ConcernAt(now) is { } concern)
            {
                yield return $"the certificate {file} {concern}";
            }
        }
    }

    /// <summary>What is wrong with a file of authorities that can be read; null where nothing is, or where it cannot.</summary>
    public static string? AuthorityProblem(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count == 0 ? $"{file} holds no certificate in PEM" : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return $"{file} does not hold certificates in PEM: {e.Message.ReplaceLineEndings(" ")}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
