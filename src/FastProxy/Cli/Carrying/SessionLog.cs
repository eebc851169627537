using System.Globalization;
using System.Text;
using System.Text.Json;
using FastProxy.Client.Connecting;

namespace FastProxy.Cli.Carrying;

/// <summary>
/// The log of <c>access</c>: JSON lines in a file, and the terminal in listener mode. Nothing that reaches it is secret: requests
/// are written by an allow-list of headers. Thread-safe.
/// </summary>
internal sealed class SessionLog : IDisposable
{
    private static readonly string[] s_names = ["debug", "info", "warn", "error", "fatal"];
    private static readonly string[] s_short = ["DBG", "INF", "WRN", "ERR", "FTL"];

    private readonly Lock _lock = new();
    private readonly LogFile? _file;
    private readonly bool _console;
    private readonly SessionLogLevel _level;

    private SessionLog(LogFile? file, bool console, SessionLogLevel level)
    {
        _file = file;
        _console = console;
        _level = level;
    }

    /// <summary>Whether there is a level of that name, in whatever case.</summary>
    public static bool IsLevel(string name) => Array.IndexOf(s_names, name.ToLowerInvariant()) >= 0;

    /// <summary>Opens the log as the flags ask.</summary>
    /// <param name="path"><c>--logfile</c>; wins over the directory.</param>
    /// <param name="directory"><c>--log-directory</c>.</param>
    /// <param name="levelName"><c>--log-level</c>; an unknown one is told and means info.</param>
    /// <param name="console">Whether the terminal gets lines too.</param>
    /// <param name="problem">Why the file cannot be written; null where it can.</param>
    public static SessionLog Open(string? path, string? directory, string? levelName, bool console, out string? problem)
    {
        problem = null;
        LogFile? file = null;
        try
        {
            file = path is { Length: > 0 } ? LogFile.Single(path) : directory is { Length: > 0 } ? LogFile.Rolling(directory) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"the log cannot be written: {exception.Message}";
        }

        var known = Array.IndexOf(s_names, levelName?.ToLowerInvariant() ?? "info");
        var log = new SessionLog(file, console, known < 0 ? SessionLogLevel.Info : (SessionLogLevel)known);
        if (known < 0)
        {
            log.Error($"unknown log level {levelName}, using info");
        }

        if (path is { Length: > 0 } && directory is { Length: > 0 })
        {
            log.Error("--logfile and --log-directory are given: the first is used");
        }

        return log;
    }

    public void Info(string message, params ReadOnlySpan<(string Key, string? Value)> fields) => Write(SessionLogLevel.Info, message, fields);

    public void Error(string message, params ReadOnlySpan<(string Key, string? Value)> fields) => Write(SessionLogLevel.Error, message, fields);

    /// <summary>Something that works and should not be left so: told on stderr in every mode.</summary>
    public void Warn(string message)
    {
        Write(SessionLogLevel.Warn, message, []);
        if (!_console)
        {
            StandardError.WriteLine("fastproxy: warning: " + message);
        }
    }

    /// <summary>What is about to be sent, without what is secret in it.</summary>
    public void DebugRequest(GatewayRequest request)
    {
        if (_level == SessionLogLevel.Debug)
        {
            Write(SessionLogLevel.Debug, "Websocket request",
            [
                ("host", request.App.Authority), ("path", request.App.PathAndQuery.Split('?')[0]), ("Cf-Access-Client-Id", request.Credential.Service?.ClientId),
                ("Cf-Access-Client-Secret", request.Credential.Service?.ClientSecret.ToString()), ("Cf-Access-Token", request.Credential.Token?.ToString()),
                ("destination", request.Destination), ("headers", string.Join(' ', request.Headers.Select(header => header.Split(':')[0].Trim()))),
            ]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Write(SessionLogLevel level, string message, ReadOnlySpan<(string Key, string? Value)> fields)
    {
        if (level < _level)
        {
            return;
        }

        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            if (_file is not null)
            {
                _file.WriteLine(Json(level, time, message, fields));
            }

            if (_console)
            {
                StandardError.WriteLine(Text(level, time, message, fields));
            }
        }
    }

    private static byte[] Json(SessionLogLevel level, string time, string message, ReadOnlySpan<(string Key, string? Value)> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("level"u8, s_names[(int)level]);
            foreach (var (key, value) in fields)
            {
                if (!string.IsNullOrEmpty(value))
                {
                    json.WriteString(key, value);
                }
            }

            json.WriteString("time"u8, time);
            json.WriteString("message"u8, message);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Text(SessionLogLevel level, string time, string message, ReadOnlySpan<(string Key, string? Value)> fields)
    {
        var text = new StringBuilder().Append(time).Append(' ').Append(s_short[(int)level]).Append(' ').Append(message);
        foreach (var (key, value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(' ').Append(key).Append('=').Append(value.AsSpan().ContainsAny(" \"\\\t") ? $"\"{JsonEncodedText.Encode(value)}\"" : value);
            }
        }

        return text.ToString();
    }
}
