using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Tls;

/// <summary>
/// Says in the log which certificates do not hold or end soon: at the start, once a day from then on, and whenever something else is to be
/// said of one. Looks once a minute, until it is disposed.
/// </summary>
public sealed partial class CertificateWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly IReadOnlyList<ServerCertificates> _certificates;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Dictionary<string, (DateTimeOffset NotAfter, bool Holds, long At)> _told = [];
    private readonly ITimer _timer;

    /// <summary>Looks at once, and begins to watch.</summary>
    /// <param name="certificates">Those of every listener.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where it is told.</param>
    public CertificateWatch(IReadOnlyList<ServerCertificates> certificates, TimeProvider timeProvider, ILogger logger)
    {
        _certificates = certificates;
        _timeProvider = timeProvider;
        _logger = logger;
        Look();
        _timer = timeProvider.CreateTimer(static state => ((CertificateWatch)state!).Look(), this, s_look, s_look);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        // Outside the lock: where a file system does not answer, the next look goes past that certificate and tells of the others.
        var validities = _certificates.SelectMany(listener => listener.Validities).DistinctBy(certificate => certificate.File).ToList();
        lock (_told)
        {
            var now = _timeProvider.GetUtcNow();
            foreach (var certificate in validities)
            {
                Look(certificate, now);
            }
        }
    }

    private void Look(in CertificateValidity certificate, DateTimeOffset now)
    {
        if (certificate.ConcernAt(now) is not { } concern)
        {
            _told.Remove(certificate.File);
            return;
        }

        var holds = certificate.HoldsAt(now);
        if (_told.TryGetValue(certificate.File, out var told)
            && (told.NotAfter, told.Holds) == (certificate.NotAfter, holds)
            && _timeProvider.GetElapsedTime(told.At) < s_day)
        {
            return;
        }

        _told[certificate.File] = (certificate.NotAfter, holds, _timeProvider.GetTimestamp());
        LogConcern(_logger, certificate.File, concern);
    }

    [LoggerMessage(4003, LogLevel.Warning, "Certificate {File} {Concern}.", EventName = "CertificateExpires")]
    private static partial void LogConcern(ILogger logger, string file, string concern);
}
