using System.Text.RegularExpressions;

namespace FastProxy.Tests.Configuration;

/// <summary>
/// Finds every key that the reader of a file knows, by asking it: a key that it cannot know is written into every place where there may be a map,
/// and the error lists those that are known there. A key is named with those above it; of a list only its items are spoken of, and
/// <c>NAME</c> stands for a key that is the author's to choose.
/// </summary>
/// <param name="errors">Reads a text and says what is wrong with it.</param>
internal sealed class ReaderKeys(Func<string, IEnumerable<string>> errors)
{
    // So long that no key is near enough to be advised instead.
    private static readonly string s_unknown = new('z', 100);
    private static readonly Regex s_list = new($"unknown key( '{s_unknown}')?, known here: (.*)$");

    /// <summary>What else must stand in a map for it to be of another kind.</summary>
    private static readonly Dictionary<string, string[]> s_kinds = new() { ["listeners"] = ["", "listen: 'unix:/run/x.sock', "] };

    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _maps = [];

    /// <summary>The keys.</summary>
    public IReadOnlyCollection<string> Find()
    {
        Look("", inner => $"{{ {inner} }}");
        return _keys;
    }

    private void Look(string path, Func<string, string> around)
    {
        foreach (var kind in s_kinds.GetValueOrDefault(path, [""]))
        {
            string Within(string inner) => around(kind + inner);
            var known = errors(Within($"{s_unknown}: 1")).Select(error => s_list.Match(error)).FirstOrDefault(match => match.Success);
            if (known is null || !_maps.Add($"{kind}{path}"))
            {
                continue;
            }

            foreach (var key in known.Groups[2].Value.Split(", "))
            {
                var keyPath = path.Length == 0 ? key : $"{path}.{key}";
                _keys.Add(keyPath);
                Look(keyPath, inner => Within($"{key}: {{ {inner} }}"));
                Look(keyPath, inner => Within($"{key}: [{{ {inner} }}]"));
                Look($"{keyPath}.NAME", inner => Within($"{key}: {{ NAME: {{ {inner} }} }}"));
            }
        }
    }
}
