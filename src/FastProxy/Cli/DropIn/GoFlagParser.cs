using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Cli.DropIn;

/// <summary>
/// The grammar of Go's flag package: one dash or two, <c>-flag value</c> or <c>-flag=value</c>, switches take a value only after
/// <c>=</c>, and the first word that is no flag, or <c>--</c>, ends the flags.
/// </summary>
internal sealed class GoFlagParser
{
    private readonly Dictionary<string, GoFlag> _flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public GoFlagParser(IEnumerable<GoFlag> flags)
    {
        foreach (var flag in flags)
        {
            _flags[flag.Name] = flag;
            foreach (var alias in flag.Aliases)
            {
                _flags[alias] = flag;
            }
        }
    }

    /// <summary>The words after the flags.</summary>
    public IReadOnlyList<string> Rest { get; private set; } = [];

    /// <summary>Parses; false, with Go's words for it, at the first mistake.</summary>
    public bool TryParse(ReadOnlySpan<string> args, [NotNullWhen(false)] out string? error)
    {
        var i = 0;
        for (; i < args.Length; i++)
        {
            var word = args[i];
            if (word.Length < 2 || word[0] != '-')
            {
                break;
            }

            if (word == "--")
            {
                i++;
                break;
            }

            var body = word[1] == '-' ? word[2..] : word[1..];
            var assigned = body.IndexOf('=', StringComparison.Ordinal);
            var name = assigned < 0 ? body : body[..assigned];
            if (name.Length == 0 || name[0] == '-')
            {
                error = "bad flag syntax: " + word[..(assigned < 0 ? word.Length : word.IndexOf('=', StringComparison.Ordinal) + 1)];
                return false;
            }

            if (!_flags.TryGetValue(name, out var flag))
            {
                error = "flag provided but not defined: -" + name;
                return false;
            }

            string value;
            if (assigned >= 0)
            {
                value = body[(assigned + 1)..];
            }
            else if (!flag.TakesValue)
            {
                value = "true";
            }
            else if (i + 1 < args.Length)
            {
                value = args[++i];
            }
            else
            {
                error = "flag needs an argument: -" + name;
                return false;
            }

            if (!flag.TakesValue && ParseBool(value) is null)
            {
                error = $"invalid boolean value for -{name}";
                return false;
            }

            if (!_values.TryGetValue(flag.Name, out var values))
            {
                _values[flag.Name] = values = [];
            }

            values.Add(value);
        }

        Rest = args[i..].ToArray();
        error = null;
        return true;
    }

    /// <summary>The last value of a flag; null where it was not given.</summary>
    public string? Value(string name) => _values.TryGetValue(name, out var values) ? values[^1] : null;

    /// <summary>All values of a repeatable flag, in order.</summary>
    public IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>Whether a switch is on.</summary>
    public bool IsSet(string name) => Value(name) is { } value && ParseBool(value) == true;

    private static bool? ParseBool(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
