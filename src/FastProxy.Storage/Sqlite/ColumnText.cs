using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FastProxy.Access;
using FastProxy.Access.ApiTokens;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;
using FastProxy.Access.Policies;

namespace FastProxy.Storage.Sqlite;

/// <summary>The text forms of values in columns. Reading throws <see cref="FormatException"/> with the cause; the reader adds where.</summary>
internal static class ColumnText
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public static string Of(Guid id) => id.ToString("D");

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static string? Of(DateTimeOffset? time) => time is { } value ? Of(value) : null;

    public static string? Of(TimeSpan? duration) => duration is { } value ? GoDuration.Format(value) : null;

    public static string Of(ApiTokenScope scope) => scope == ApiTokenScope.Write ? "write" : "read";

    public static string Of(ValueListKind kind) => kind == ValueListKind.Email ? "email" : "ip";

    public static string Of(InactivityAction action) => action == InactivityAction.Delete ? "delete" : "disable";

    public static string Of(ImmutableArray<Rule> rules) => Write(writer => RuleJson.WriteList(writer, rules));

    public static string Of(IEnumerable<string> texts) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    });

    public static DateTimeOffset ToTime(string text) =>
        DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static TimeSpan ToDuration(string text) =>
        GoDuration.TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is no duration");

    public static ApiTokenScope ToScope(string text) =>
        text switch { "read" => ApiTokenScope.Read, "write" => ApiTokenScope.Write, _ => throw new FormatException($"'{text}' is no scope") };

    public static ValueListKind ToListKind(string text) =>
        text switch { "ip" => ValueListKind.Ip, "email" => ValueListKind.Email, _ => throw new FormatException($"'{text}' is no kind of list") };

    public static InactivityAction ToInactivityAction(string text) => text switch
    {
        "disable" => InactivityAction.Disable,
        "delete" => InactivityAction.Delete,
        _ => throw new FormatException($"'{text}' is no action"),
    };

    public static KeptFields ToKept(string text) =>
        KeptFields.TryCreate(text, out var kept) ? kept : throw new FormatException("what is kept of an object is too long");

    public static ImmutableArray<Rule> ToRules(string text)
    {
        using var document = Parse(text);
        return RuleJson.TryReadList(document.RootElement, out var rules, out var error) ? rules : throw new FormatException(error);
    }

    public static ImmutableArray<string> ToTexts(string text)
    {
        using var document = Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("a list is no list");
        }

        return [.. document.RootElement.EnumerateArray().Select(item => item.GetString() ?? throw new FormatException("a text is missing"))];
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"broken JSON: {exception.Message}", exception);
        }
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
