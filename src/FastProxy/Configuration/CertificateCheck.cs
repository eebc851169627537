using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Gateway;

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
