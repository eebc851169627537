using System.Text.Json;
using FastProxy.Cli.Api;
using FastProxy.Cli.Rules;

namespace FastProxy.Cli.Applying;

/// <summary>A difference as lines for people, one a change: <c>+</c> created, <c>~</c> changed, <c>-</c> removed.</summary>
internal static class ChangeText
{
    /// <summary>The line of a change as the API tells it.</summary>
    public static string Format(JsonElement change)
    {
        var kind = change.Text("change");
        var symbol = kind switch { "create" => '+', "delete" => '-', _ => '~' };
        var name = change.Text("application") is { Length: > 0 } application ? $"{application}/{change.Text("name")}" : change.Text("name");
        var fields = change.GetProperty("fields").EnumerateArray().Select(Field).ToList();
        return Table.Printable($"{symbol} {change.Text("kind")} {name}{(fields.Count > 0 ? ": " : "")}{string.Join("; ", fields)}");
    }

    /// <summary>The line in the colour of its sign, for a terminal.</summary>
    public static string Colour(string line) => $"\e[{line[0] switch { '+' => 32, '-' => 31, _ => 33 }}m{line}\e[0m";

    private static string Field(JsonElement field)
    {
        var name = field.Text("name");
        JsonElement? before = field.TryGetProperty("before", out var value) ? value : null;
        JsonElement? after = field.TryGetProperty("after", out value) ? value : null;
        return (before, after) switch
        {
            (null, { } created) => $"{name} {string.Join(", ", Values(name, created))}",
            ({ } gone, null) => $"{name} -{string.Join(" -", Values(name, gone))}",
            ({ ValueKind: JsonValueKind.Array } old, { ValueKind: JsonValueKind.Array } now) => $"{name} {Difference(Values(name, old), Values(name, now))}",
            var (old, now) => $"{name} {string.Join(", ", Values(name, old!.Value))} -> {string.Join(", ", Values(name, now!.Value))}",
        };
    }

    private static string Difference(List<string> before, List<string> after)
    {
        var gone = new List<string>(before);
        List<string> words = [.. after.Where(value => !gone.Remove(value)).Select(value => $"+{value}")];
        words.AddRange(gone.Select(value => $"-{value}"));
        return words.Count > 0 ? string.Join(' ', words) : $"in the order {string.Join(", ", after)}";
    }

    private static List<string> Values(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray().Select(item => name is "include" or "require" or "exclude" ? Rule(item) : Value(item))],
        _ => [Value(value)],
    };

    private static string Value(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    // As on the command line, as far as it has such a rule.
    private static string Rule(JsonElement rule)
    {
        var selector = rule.EnumerateObject().First();
        var word = selector.Name == "any_valid_service_token" ? RuleArgument.AnyServiceToken : selector.Name.Replace('_', '-');
        var values = string.Join('=', selector.Value.EnumerateObject().Select(field => Value(field.Value)));
        return values.Length == 0 ? word : $"{word}:{values}";
    }
}
