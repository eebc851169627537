using System.Globalization;
using FastProxy.Access;

namespace FastProxy.Configuration.Yaml;

/// <summary>
/// Reads one map by the names of its keys. Whatever is asked for is known; <see cref="Done"/> reports the rest. A value of the
/// wrong type is reported with what was expected and reads as absent, so that one mistake hides no other.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>The longest time any timer of the runtime takes is 49 days; this is 41.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromHours(1000);

    private readonly YamlMap _map;
    private readonly ConfigurationProblems _problems;
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    // In the order they are asked for, which is the order of the documentation.
    private readonly List<string> _known = [];

    /// <summary>A reader of <paramref name="map"/>, which stands at <paramref name="path"/> of its file ("" for the root).</summary>
    public YamlReader(YamlMap map, string path, ConfigurationProblems problems)
    {
        _map = map;
        Path = path;
        _problems = problems;
        foreach (var (key, value) in map.Entries)
        {
            _values[key.Text] = value;
        }
    }

    /// <summary>Where the map stands, such as <c>listen[0].tls</c>.</summary>
    public string Path { get; }

    /// <summary>The map itself, as a place for errors.</summary>
    public YamlNode Self => _map;

    /// <summary>The path of a key of this map.</summary>
    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>The node of a key, of whatever type; null where the key is absent.</summary>
    public YamlNode? Node(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }
        return _values.GetValueOrDefault(key);
    }

    /// <summary>Whether an optional key stands in the file (it then has no effect yet, say), marking it as known.</summary>
    public bool Has(string key) => Node(key) is not null;

    /// <summary>A scalar with something in it; null where it is absent or reported.</summary>
    public YamlScalar? Scalar(string key, string expected) => Node(key) is { } node ? ScalarAt(node, PathOf(key), expected) : null;

    /// <summary>A scalar with something in it, such as an item of a list; null where it is reported.</summary>
    public YamlScalar? ScalarAt(YamlNode node, string path, string expected)
    {
        if (node is YamlScalar { IsNull: false, Text.Length: > 0 } scalar)
        {
            return scalar;
        }
        Expected(node, path, expected);
        return null;
    }

    /// <summary>A scalar that must be there; null, with the absence reported at the map, where it is not.</summary>
    public YamlScalar? Required(string key, string expected)
    {
        if (Node(key) is { } node)
        {
            return ScalarAt(node, PathOf(key), expected);
        }
        _problems.Error(_map, $"{PathOf(key)}: missing; expected {expected}");
        return null;
    }

    /// <summary>true or false; <paramref name="absent"/> where it is absent or reported.</summary>
    public bool Flag(string key, bool absent)
    {
        const string Wanted = "true or false";
        switch (Scalar(key, Wanted))
        {
            case null:
                return absent;
            case { IsPlain: true, Text: "true" or "True" or "TRUE" }:
                return true;
            case { IsPlain: true, Text: "false" or "False" or "FALSE" }:
                return false;
            case var other:
                Expected(other, PathOf(key), Wanted);
                return absent;
        }
    }

    /// <summary>A whole number; <paramref name="absent"/> where it is absent or reported.</summary>
    /// <param name="key">The key.</param>
    /// <param name="absent">The default.</param>
    /// <param name="least">The smallest that makes sense.</param>
    public int Count(string key, int absent, int least = 1) => Count(key, $"a whole number of at least {least}", least) ?? absent;

    /// <summary>A whole number of at least 1 or <c>auto</c>; null where it is <c>auto</c>, absent or reported.</summary>
    public int? CountOrAuto(string key) =>
        Node(key) is YamlScalar { Text: "auto" } ? null : Count(key, "auto or a whole number of at least 1", 1);

    /// <summary>A duration; <paramref name="absent"/> where it is absent or reported.</summary>
    /// <param name="key">The key.</param>
    /// <param name="absent">The default.</param>
    /// <param name="least">The shortest that makes sense.</param>
    /// <param name="most">The longest that can be; null for 1,000 hours.</param>
    public TimeSpan Duration(string key, TimeSpan absent, TimeSpan least, TimeSpan? most = null)
    {
        var longest = most ?? LongestDuration;
        const string Wanted = "a duration such as 25s, 10m or 1h30m";
        if (Scalar(key, Wanted) is not { } scalar)
        {
            return absent;
        }
        if (!GoDuration.TryParse(scalar.Text, out var value))
        {
            Expected(scalar, PathOf(key), Wanted);
            return absent;
        }
        if (value < least || value > longest)
        {
            var bounds = value > longest ? $"at most {GoDuration.Format(longest)}" : least == TimeSpan.Zero ? "at least 0s" : $"at least {GoDuration.Format(least)}";
            _problems.Error(scalar, $"{PathOf(key)}: expected a duration of {bounds}, found {scalar.Kind}");
            return absent;
        }
        return value;
    }

    /// <summary>A reader of the map at a key; null where it is absent or reported.</summary>
    public YamlReader? Map(string key) => Node(key) is { } node ? MapAt(node, PathOf(key)) : null;

    /// <summary>A reader of a node that must be a map; null where it is reported.</summary>
    public YamlReader? MapAt(YamlNode node, string path, string expected = "a map")
    {
        if (node is YamlMap map)
        {
            return new YamlReader(map, path, _problems);
        }
        Expected(node, path, expected);
        return null;
    }

    /// <summary>The items of the list at a key with their paths; empty where it is absent or reported.</summary>
    public IEnumerable<(YamlNode Item, string Path)> List(string key)
    {
        switch (Node(key))
        {
            case null:
                return [];
            case YamlList list:
                return list.Items.Select((item, i) => (item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(key)}[{i}]")));
            case var other:
                Expected(other, PathOf(key), "a list");
                return [];
        }
    }

    /// <summary>Reports that a node is not what it should be.</summary>
    public void Expected(YamlNode node, string path, string expected) =>
        _problems.Error(node, $"{path}: expected {expected}, found {node.Kind}");

    /// <summary>Reports an error about a key's value.</summary>
    public void Error(YamlNode at, string path, string message) => _problems.Error(at, $"{path}: {message}");

    /// <summary>Reports every key nobody asked for. Call it after the last key was read.</summary>
    public void Done()
    {
        foreach (var (key, _) in _map.Entries)
        {
            if (!_known.Contains(key.Text))
            {
                var advice = EditDistance.Nearest(key.Text, _known) is { } nearest
                    ? $"did you mean '{nearest}'?"
                    : $"known here: {string.Join(", ", _known)}";
                _problems.Error(key, $"unknown key '{key.Text}', {advice}");
            }
        }
    }

    private int? Count(string key, string expected, int least)
    {
        if (Scalar(key, expected) is not { } scalar)
        {
            return null;
        }
        if (scalar.IsPlain && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least)
        {
            return value;
        }
        Expected(scalar, PathOf(key), expected);
        return null;
    }
}
