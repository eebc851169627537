using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Applications;

/// <summary>
/// The applications of one host by their paths; the path with most characters written out wins, and of equal ones that with fewer
/// stars. Built by one thread, then read by any number.
/// </summary>
internal sealed class PathIndex
{
    // Paths without a star: each prefix of the request that ends with a segment is looked up, the longest first.
    private readonly Dictionary<string, Application> _plain = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Application>.AlternateLookup<ReadOnlySpan<char>> _plainSpan;

    // Paths with a star, by what stands before the first one; in each list the most specific first, and of equal ones the older.
    private readonly Dictionary<string, List<Entry>> _starred = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Entry>>.AlternateLookup<ReadOnlySpan<char>> _starredSpan;
    private readonly List<int> _beforeStar = [];

    // Longer prefixes than the longest path are not worth a look-up: the request's author chooses how many there are.
    private int _longestPlain;

    public PathIndex()
    {
        _plainSpan = _plain.GetAlternateLookup<ReadOnlySpan<char>>();
        _starredSpan = _starred.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Adds a path in its normal form, older applications first.</summary>
    public void Add(string path, Application application)
    {
        var star = path.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            _plain.TryAdd(path, application);
            _longestPlain = Math.Max(_longestPlain, path.Length);
            return;
        }

        var before = path[..star];
        if (!_starred.TryGetValue(before, out var entries))
        {
            _starred.Add(before, entries = []);
            if (!_beforeStar.Contains(before.Length))
            {
                _beforeStar.Add(before.Length);
            }
        }

        var entry = new Entry(path, application);
        var place = entries.FindIndex(other => entry.IsMoreSpecificThan(other));
        entries.Insert(place < 0 ? entries.Count : place, entry);
    }

    /// <summary>Finds the application of a path, decoded and without dot segments.</summary>
    public bool TryFind(ReadOnlySpan<char> path, [NotNullWhen(true)] out Application? application)
    {
        var best = FindPlain(path);
        foreach (var length in _beforeStar)
        {
            if (length > path.Length || !_starredSpan.TryGetValue(path[..length], out var entries))
            {
                continue;
            }

            foreach (var entry in entries)
            {
                if (!entry.IsMoreSpecificThan(best))
                {
                    break;
                }

                if (PathPattern.Covers(entry.Path, path))
                {
                    best = entry;
                    break;
                }
            }
        }

        application = best.Application;
        return application is not null;
    }

    private Entry FindPlain(ReadOnlySpan<char> path)
    {
        // A path covers itself and what lies below it, so that only whole segments count.
        for (var length = path.Length; length > 0; length = path[..length].LastIndexOf('/'))
        {
            if (length <= _longestPlain && _plainSpan.TryGetValue(path[..length], out var application))
            {
                return new Entry(length, 0, "", application);
            }
        }

        return _plain.TryGetValue("", out var all) ? new Entry("", all) : default;
    }

    private readonly record struct Entry(int Literals, int Stars, string Path, Application Application)
    {
        public Entry(string path, Application application)
            : this(path.Length - path.AsSpan().Count('*'), path.AsSpan().Count('*'), path, application)
        {
        }

        /// <summary>Anything is more specific than nothing.</summary>
        public bool IsMoreSpecificThan(Entry other) =>
            other.Application is null || Literals > other.Literals || (Literals == other.Literals && Stars < other.Stars);
    }
}
