using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Gateway.Tls;

/// <summary>From when until when a certificate holds, and what somebody should hear of that.</summary>
/// <param name="File">Where it was read.</param>
/// <param name="NotBefore">When it begins to hold.</param>
/// <param name="NotAfter">When it ends.</param>
public readonly record struct CertificateValidity(string File, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>How long before its end somebody is told, at most.</summary>
    private static readonly TimeSpan s_month = TimeSpan.FromDays(30);

    /// <summary>The validity of a certificate.</summary>
    /// <param name="file">Where it was read.</param>
    /// <param name="certificate">The certificate.</param>
    public static CertificateValidity Of(string file, X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);

        // Of local time, as .NET gives it.
        return new CertificateValidity(file, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
    }

    /// <summary>Whether it holds.</summary>
    public bool HoldsAt(DateTimeOffset now) => NotBefore <= now && now < NotAfter;

    /// <summary>
    /// What is to be told of it, to be read after its name: that it does not hold, or that it ends within 30 days or within the last third of its
    /// life, whichever is later: one that is made for a week is not always about to end. Null where there is nothing to tell.
    /// </summary>
    public string? ConcernAt(DateTimeOffset now)
    {
        if (now >= NotAfter)
        {
            return $"has expired, on {Text(NotAfter)}: clients refuse it";
        }

        if (now < NotBefore)
        {
            return $"is not valid before {Text(NotBefore)}: clients refuse it";
        }

        var (left, third) = (NotAfter - now, (NotAfter - NotBefore) / 3);
        return left > s_month || left > third
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"expires on {Text(NotAfter)}, in {(left.TotalDays >= 2 ? $"{left.TotalDays:F0} days" : $"{left.TotalHours:F1} hours")}");
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
