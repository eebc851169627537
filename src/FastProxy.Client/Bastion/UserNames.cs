using System.Globalization;

namespace FastProxy.Client.Bastion;

/// <summary>
/// The names that the local database has for users, for the log alone: rules and the kernel know numbers. Read ahead and now and then, never
/// when somebody asks, so that no session waits for a disk; directories (LDAP) are not asked at all. Thread-safe.
/// </summary>
internal sealed class UserNames : IDisposable
{
    // As much as anybody has in a file; who has more has a directory.
    private const int MaxBytes = 1 << 20;
    private const int MaxName = 64;

    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);

    private readonly string _file;
    private readonly Lock _reading = new();
    private readonly ITimer _timer;
    private volatile Dictionary<uint, string> _names = [];
    private (DateTime Written, long Length) _stamp;

    /// <summary>Reads the names; a file that is not there, or cannot be read, has none.</summary>
    /// <param name="file">In the form of passwd(5).</param>
    /// <param name="time">When to look for changes: once a minute.</param>
    public UserNames(string file, TimeProvider time)
    {
        _file = file;
        Read();
        _timer = time.CreateTimer(_ => Read(), null, s_look, s_look);
    }

    /// <summary>The name of a user; null where there is none, as for the numbers that stand for everybody without one.</summary>
    public string? Find(uint user) => user is PeerCredentials.DefaultOverflowId or uint.MaxValue ? null : _names.GetValueOrDefault(user);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Read()
    {
        // A disk that takes longer than a minute is not asked twice at a time.
        if (!_reading.TryEnter())
        {
            return;
        }

        try
        {
            var file = new FileInfo(_file);
            var stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (stamp != _stamp)
            {
                _names = file.Exists && file.Length <= MaxBytes ? Parse(File.ReadLines(_file)) : [];
                _stamp = stamp;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The names that are known stay; the next look may have more luck.
        }
        finally
        {
            _reading.Exit();
        }
    }

    private static Dictionary<uint, string> Parse(IEnumerable<string> lines)
    {
        var names = new Dictionary<uint, string>();
        foreach (var line in lines)
        {
            // name:password:number:…; of several names for a number the first counts, as for getpwuid(3).
            if (line.Split(':') is [{ Length: > 0 and <= MaxName } name, _, var number, _, ..]
                && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var user))
            {
                names.TryAdd(user, name);
            }
        }

        return names;
    }
}
