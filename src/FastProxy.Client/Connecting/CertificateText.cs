using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Client.Connecting;

/// <summary>Says what is wrong with a server's certificate in words that lead to the cause.</summary>
internal static class CertificateText
{
    /// <param name="certificate">What the server presented.</param>
    /// <param name="chain">Its chain, as far as there is one.</param>
    /// <param name="errors">What the platform found.</param>
    /// <param name="host">The name it was checked against.</param>
    /// <param name="otherName">How to have it checked against another name; null where there is none.</param>
    public static (string Message, string? NextStep) Describe(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string host, string? otherName)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return ("the server presented no certificate", null);
        }

        var status = default(X509ChainStatusFlags);
        var details = string.Empty;
        foreach (var element in chain?.ChainStatus ?? [])
        {
            status |= element.Status;
            details = element.StatusInformation;
        }

        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return (Time(chain!, leaf), "If the certificate is new, check this machine's clock.");
        }

        // A signature that does not hold is what a new authority under an old name looks like.
        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0)
        {
            var issuer = chain!.ChainElements is { Count: > 0 } elements ? elements[^1].Certificate.Issuer : leaf.Issuer;
            return ($"the certificate was issued by an unknown authority ({issuer})", "Name the authority's certificate with --ca-file FILE.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return ($"the certificate is for {Names(leaf)}, not for {host}", otherName);
        }

        return ("the certificate is not acceptable: " + details.Trim(), null);
    }

    private static string Time(X509Chain chain, X509Certificate2 leaf)
    {
        var place = 0;
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            if (Array.Exists(chain.ChainElements[i].ChainElementStatus, status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))
            {
                place = i;
                break;
            }
        }

        var culprit = place == 0 ? leaf : chain.ChainElements[place].Certificate;
        var which = place == 0 ? "the certificate" : $"the authority's certificate ({culprit.Subject})";
        var (from, to) = (culprit.NotBefore.ToUniversalTime(), culprit.NotAfter.ToUniversalTime());
        return TimeProvider.System.GetUtcNow().UtcDateTime < from
            ? string.Create(CultureInfo.InvariantCulture, $"{which} is not valid before {from:yyyy-MM-dd HH:mm} UTC")
            : string.Create(CultureInfo.InvariantCulture, $"{which} expired on {to:yyyy-MM-dd HH:mm} UTC");
    }

    private static string Names(X509Certificate2 leaf)
    {
        var names = new List<string>();
        foreach (var extension in leaf.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension alternatives)
            {
                names.AddRange(alternatives.EnumerateDnsNames());
                names.AddRange(alternatives.EnumerateIPAddresses().Select(address => address.ToString()));
            }
        }

        return names.Count switch
        {
            0 => "no name at all",
            <= 4 => string.Join(", ", names),
            _ => string.Join(", ", names.Take(4)) + ", …",
        };
    }
}
