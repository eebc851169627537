using System.Globalization;

namespace FastProxy.Load;

/// <summary>A verb and its <c>--name value</c> options; an option without a value is a switch.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private Arguments(string verb) => Verb = verb;

    public string Verb { get; }

    /// <summary>The chain a measurement belongs to.</summary>
    public string Chain => Text("chain", "-");

    /// <summary>The round a measurement belongs to, from 1.</summary>
    public int Round => (int)Number("round", 1);

    /// <summary>The port on 127.0.0.1 that the load goes to.</summary>
    public int Port => (int)Number("port", null);

    /// <summary>The processes whose trees are measured.</summary>
    public int[] Watched => [.. Text("watch", "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))];

    public static Arguments Parse(string[] args)
    {
        var arguments = new Arguments(args.Length > 0 ? args[0] : "");
        for (var i = 1; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"unexpected argument {args[i]}");
            }

            var hasValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            arguments._options[args[i][2..]] = hasValue ? args[++i] : "true";
        }

        return arguments;
    }

    public bool Has(string name) => _options.ContainsKey(name);

    public string Text(string name, string? fallback) =>
        _options.TryGetValue(name, out var value) ? value : fallback ?? throw new ArgumentException($"--{name} is missing");

    public long Number(string name, long? fallback) =>
        _options.TryGetValue(name, out var value) ? long.Parse(value, CultureInfo.InvariantCulture) : fallback ?? throw new ArgumentException($"--{name} is missing");
}
