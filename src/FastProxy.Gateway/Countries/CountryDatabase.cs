using System.Net;
using FastProxy.Access.Policies;
using MaxMind.Db;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Countries;

/// <summary>
/// The countries of addresses, by a file in MaxMind's format (<c>GeoLite2-Country.mmdb</c> and its like), kept in memory and reread when it
/// changes. A file that cannot be read any more is reported and the one before stays in force. Thread-safe.
/// </summary>
internal sealed partial class CountryDatabase
{
    /// <summary>How often the file's time is looked at, at most. Such files change once a day or less.</summary>
    private static readonly TimeSpan s_recheck = TimeSpan.FromSeconds(10);

    /// <summary>How long who asks for the file to be read waits for a look that is under way.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly FileRecheck _recheck;
    private readonly ILogger _logger;
    private readonly Lock _look = new();
    private volatile Reader _reader;
    private DateTime _stamp;

    private CountryDatabase(string file, TimeProvider timeProvider, ILogger logger)
    {
        _file = file;
        _logger = logger;
        _recheck = new FileRecheck(s_recheck, timeProvider);
        _stamp = File.GetLastWriteTimeUtc(file);

        // In memory: a mapped file that is written over in place would be read half old, half new.
        _reader = new Reader(file, FileAccessMode.Memory);
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="GatewayStartException">It cannot be used.</exception>
    public static CountryDatabase Open(string file, TimeProvider timeProvider, ILogger logger)
    {
        try
        {
            return new CountryDatabase(file, timeProvider, logger);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            throw new GatewayStartException($"cannot use the country database {file}: {exception.Message}", exception);
        }
    }

    /// <summary>The country of an address; not known where the file has none for it.</summary>
    public CountryCode Of(IPAddress address)
    {
        ReloadIfChanged();
        try
        {
            return CountryCode.TryParse(_reader.Find<CountryRecord>(address)?.Country?.IsoCode, out var country) ? country : default;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            LogLookUpFailed(_logger, _file, exception.Message);
            return default;
        }
    }

    // The last but one for an IPv6 address and a file that knows IPv4 only, the last for what is no file, such as a pipe.
    private static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or InvalidDatabaseException or DeserializationException or ArgumentException or NotSupportedException;

    /// <summary>Reads the file now, whether it has changed or not.</summary>
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
        // One look at a time: a file system that does not answer keeps one request, and the others go on with what is there.
        if (!_look.TryEnter(always ? s_patience : TimeSpan.Zero))
        {
            return;
        }

        try
        {
            var stamp = File.GetLastWriteTimeUtc(_file);
            if (always || stamp != _stamp)
            {
                _reader = new Reader(_file, FileAccessMode.Memory);
                _stamp = stamp;
                LogReloaded(_logger, _file);
            }
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            LogReloadFailed(_logger, _file, exception.Message);
        }
        finally
        {
            _look.Exit();
        }
    }

    [LoggerMessage(4201, LogLevel.Information, "The country database {File} was reread.", EventName = "CountriesReloaded")]
    private static partial void LogReloaded(ILogger logger, string file);

    [LoggerMessage(4202, LogLevel.Warning, "The country database {File} has changed but cannot be used: {Reason}. The one read before stays in force.", EventName = "CountriesReloadFailed")]
    private static partial void LogReloadFailed(ILogger logger, string file, string reason);

    [LoggerMessage(4203, LogLevel.Debug, "The country database {File} does not answer: {Reason}", EventName = "CountryLookUpFailed")]
    private static partial void LogLookUpFailed(ILogger logger, string file, string reason);
}
