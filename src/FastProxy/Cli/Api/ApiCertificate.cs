using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Cli.Api;

/// <summary>
/// The client certificate that the commands of the API show where <c>admin.tls</c> has a <c>client_ca</c>: of <c>--client-certificate</c> and
/// <c>--client-key</c>, else of <c>FASTPROXY_API_CERTIFICATE</c> and <c>FASTPROXY_API_KEY</c>.
/// </summary>
internal static class ApiCertificate
{
    /// <summary>The option of the certificate.</summary>
    public const string Option = "--client-certificate";

    /// <summary>The option of its key.</summary>
    public const string KeyOption = "--client-key";

    /// <summary>The variable of the certificate.</summary>
    public const string Variable = "FASTPROXY_API_CERTIFICATE";

    /// <summary>The variable of its key.</summary>
    public const string KeyVariable = "FASTPROXY_API_KEY";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Loads the certificate, with the intermediates that stand behind it in its file, and its key.</summary>
    /// <param name="certificateFile">What <see cref="Option"/> says; null for nothing.</param>
    /// <param name="keyFile">What <see cref="KeyOption"/> says; null for nothing.</param>
    /// <param name="environment">Reads a variable; one that is empty is not set.</param>
    /// <param name="context">The certificate; null where none is given, and on failure.</param>
    /// <returns>Null, or one line that says what cannot be used.</returns>
    public static string? Load(string? certificateFile, string? keyFile, Func<string, string?> environment, out SslStreamCertificateContext? context)
    {
        context = null;
        var (certificate, key) = (Option, KeyOption);
        if (certificateFile is null && keyFile is null)
        {
            (certificate, key) = (Variable, KeyVariable);
            (certificateFile, keyFile) = (Given(environment(Variable)), Given(environment(KeyVariable)));
        }

        if (certificateFile is null || keyFile is null)
        {
            return certificateFile is not null ? $"{certificate} is given without its key, {key}"
                : keyFile is not null ? $"{key} is given without its certificate, {certificate}"
                : null;
        }

        // What a variable holds is not shown: that of the key looks like that of the API token, and may hold it.
        var named = certificate == Option;
        var (theCertificate, theKey) = named ? ($"{certificate} {certificateFile}", $"{key} {keyFile}") : (certificate, key);
        foreach (var (what, file) in new[] { (theCertificate, certificateFile), (theKey, keyFile) })
        {
            if (!File.Exists(file))
            {
                return named ? $"{what} does not exist" : $"{what} names a file that does not exist";
            }
        }

        try
        {
            var leaf = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            context = SslStreamCertificateContext.Create(leaf, chain, offline: true);
            if ((File.GetUnixFileMode(keyFile) & Others) != 0)
            {
                StandardError.WriteLine($"fastproxy: warning: {theKey} can be read by other users; chmod 600 keeps it to its owner");
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{theCertificate} or {theKey} cannot be read{(exception is UnauthorizedAccessException ? ": permission denied" : "")}";
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return $"{theCertificate} and {theKey} are no certificate and its key, unencrypted, in PEM";
        }
    }

    private static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
