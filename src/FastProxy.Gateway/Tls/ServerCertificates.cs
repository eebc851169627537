using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Tls;

/// <summary>
/// The certificates of one listener, chosen by server name and reread when their files change. A file that cannot be read any more, or that
/// holds an expired certificate in the place of a good one, is reported and the certificate it held stays in force.
/// </summary>
public sealed partial class ServerCertificates
{
    /// <summary>How often the files' times are looked at, at most: a renewal is noticed within it, and a flood of handshakes costs no flood of stats.</summary>
    private static readonly TimeSpan s_recheck = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<CertificateOptions> _options;
    private readonly FileRecheck _recheck;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _swap = new();

    /// <summary>
    /// One for each certificate, held while its files are looked at: a file system that does not answer keeps one thread, and no other
    /// certificate.
    /// </summary>
    private readonly Lock[] _looks;

    /// <summary>Why a file that has changed is not in force, as it was told last; each is tried again at every look.</summary>
    private readonly ((DateTime, DateTime, DateTime) FilesStamp, string Reason)[] _kept;
    private volatile LoadedCertificate[] _loaded;

    private ServerCertificates(IReadOnlyList<CertificateOptions> options, LoadedCertificate[] loaded, TimeProvider timeProvider, ILogger logger)
    {
        _options = options;
        _loaded = loaded;
        _looks = [.. loaded.Select(_ => new Lock())];
        _kept = new ((DateTime, DateTime, DateTime), string)[loaded.Length];
        _timeProvider = timeProvider;
        _logger = logger;
        _recheck = new FileRecheck(s_recheck, timeProvider);
    }

    /// <summary>Reads every certificate; there is at least one.</summary>
    /// <exception cref="GatewayStartException">One cannot be used.</exception>
    public static ServerCertificates Load(IReadOnlyList<CertificateOptions> options, TimeProvider timeProvider, ILogger logger)
    {
        var loaded = new LoadedCertificate[options.Count];
        for (var i = 0; i < loaded.Length; i++)
        {
            try
            {
                loaded[i] = LoadedCertificate.Load(options[i]);
            }
            catch (Exception exception) when (IsExpected(exception))
            {
                throw new GatewayStartException($"cannot use the certificate {options[i].CertificateFile} with the key {options[i].KeyFile}{(options[i].ClientCaFile is { } file ? $" and the client_ca {file}" : "")}: {exception.Message}", exception);
            }
        }

        return new ServerCertificates(options, loaded, timeProvider, logger);
    }

    /// <summary>From when until when each of them holds, in the order of the configuration.</summary>
    public IReadOnlyList<CertificateValidity> Validities
    {
        get
        {
            ReloadIfChanged();
            return [.. _loaded.Select(certificate => certificate.Validity)];
        }
    }

    /// <summary>The handshake's options for a server name; the first certificate serves names nobody has.</summary>
    public SslServerAuthenticationOptions Select(string? serverName)
    {
        ReloadIfChanged();
        return _loaded[IndexOf(serverName)].Options;
    }

    /// <summary>The file of the authorities that a handshake for a server name verifies clients against; null where none are asked for a certificate.</summary>
    public string? ClientAuthoritiesOf(string? serverName) => _options[IndexOf(serverName)].ClientCaFile;

    /// <summary>
    /// The same for the host of a request. One that can stand in no certificate, such as <c>~.example.com</c>, is a host of an application with
    /// a wildcard all the same: it has no authorities, rather than those of the first certificate, unless all have the same.
    /// </summary>
    public string? ClientAuthoritiesOfHost(string host)
    {
        var first = _options[0].ClientCaFile;
        return _options.All(options => options.ClientCaFile == first) ? first
            : IsName(host) ? ClientAuthoritiesOf(host)
            : null;
    }

    private int IndexOf(string? serverName)
    {
        if (IsName(serverName))
        {
            var loaded = _loaded;
            for (var i = 0; i < loaded.Length; i++)
            {
                if (loaded[i].Leaf.MatchesHostname(serverName!))
                {
                    return i;
                }
            }
        }

        return 0;
    }

    // What is neither name nor address cannot stand in a certificate, and matching it would throw.
    private static bool IsName([NotNullWhen(true)] string? host) => Uri.CheckHostName(host) != UriHostNameType.Unknown;

    /// <summary>Whether a certificate is for this name.</summary>
    public bool Cover(string serverName) => IsName(serverName) && _loaded.Any(certificate => certificate.Leaf.MatchesHostname(serverName));

    private static bool IsExpected(Exception exception) => exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    /// <summary>Reads every file now, whether it has changed or not.</summary>
    public void Reload() => Reload(always: true);

    private void ReloadIfChanged()
    {
        if (_recheck.IsDue())
        {
            Reload(always: false);
        }
    }

    private void Reload(bool always)
    {
        for (var i = 0; i < _options.Count; i++)
        {
            // A handshake goes on with what is there; who asks for the files waits for a look that is under way, though not for ever.
            if (!_looks[i].TryEnter(always ? s_recheck : TimeSpan.Zero))
            {
                continue;
            }

            try
            {
                Reload(i, always);
            }
            finally
            {
                _looks[i].Exit();
            }
        }
    }

    private void Reload(int index, bool always)
    {
        var stamp = default((DateTime, DateTime, DateTime));
        try
        {
            stamp = LoadedCertificate.Stamp(_options[index]);
            if (!always && stamp == _loaded[index].FilesStamp)
            {
                return;
            }

            var fresh = LoadedCertificate.Load(_options[index]);
            var now = _timeProvider.GetUtcNow();
            if (_loaded[index].Validity.HoldsAt(now) && !fresh.Validity.HoldsAt(now))
            {
                Keep(index, stamp, $"it {fresh.Validity.ConcernAt(now)}");
                return;
            }

            lock (_swap)
            {
                var all = (LoadedCertificate[])_loaded.Clone();
                all[index] = fresh;
                _loaded = all;
            }

            _kept[index] = default;
            LogReloaded(_logger, _options[index].CertificateFile, fresh.Validity.NotAfter);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            // A renewal writes two files: the next look, a second later, sees them both.
            Keep(index, stamp, exception.Message);
        }
    }

    /// <summary>Tells it once of each state of the files, although they are tried at every look: what is put right may leave no trace in their times.</summary>
    private void Keep(int index, (DateTime, DateTime, DateTime) stamp, string reason)
    {
        if (_kept[index] != (stamp, reason))
        {
            _kept[index] = (stamp, reason);
            LogReloadFailed(_logger, _options[index].CertificateFile, reason);
        }
    }

    [LoggerMessage(4001, LogLevel.Information, "Certificate {File} was reread; it is valid until {NotAfter:yyyy-MM-dd'T'HH:mm:ss'Z'}.", EventName = "CertificateReloaded")]
    private static partial void LogReloaded(ILogger logger, string file, DateTimeOffset notAfter);

    [LoggerMessage(4002, LogLevel.Warning, "Certificate {File} has changed but cannot be used: {Reason}. The one read before stays in force.", EventName = "CertificateReloadFailed")]
    private static partial void LogReloadFailed(ILogger logger, string file, string reason);
}
