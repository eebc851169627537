using System.Text;
using System.Text.Json;
using FastProxy.Cli.Api;

namespace FastProxy.Cli;

/// <summary>What uses a service token, in lines for people.</summary>
internal static class TokenUsageText
{
    /// <summary>The lines, each ended; what it opens first, then what else names it.</summary>
    /// <param name="usage">The API's <c>usage</c>.</param>
    /// <param name="admitted">How what it opens is introduced, such as <c>Admitted to:</c>.</param>
    /// <param name="nothing">What follows that where it opens nothing; null to leave both out.</param>
    public static string Format(JsonElement usage, string admitted, string? nothing = null)
    {
        var text = new StringBuilder();
        var applications = usage.GetProperty("applications").EnumerateArray().ToList();
        if (nothing is not null && !applications.Exists(IsAdmitted))
        {
            text.Append(admitted).Append(nothing).Append('\n');
        }
        Section(text, admitted, applications.Where(IsAdmitted).Select(application =>
            $"{application.Text("name")} ({application.Text("domain")}) by {Policies(application, onlyAdmitting: true)}{Sessions(application)}"));
        Section(text, "Also in rules of:",
        [
            .. applications.Where(application => !IsAdmitted(application)).Select(application => $"{application.Text("name")} ({application.Text("domain")}): {Policies(application, onlyAdmitting: false)}"),
            .. usage.GetProperty("policies").EnumerateArray().Select(policy => $"{Policy(policy)}, which no application uses"),
            .. usage.GetProperty("groups").EnumerateArray().Select(group => $"group '{group.Text("name")}' ({Through(group)})"),
        ]);
        return text.ToString();
    }

    private static bool IsAdmitted(JsonElement item) => item.GetProperty("admits").GetBoolean();

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var any = false;
        foreach (var line in lines)
        {
            text.Append(any ? "" : title + "\n").Append("  ").Append(Table.Printable(line)).Append('\n');
            any = true;
        }
    }

    private static string Policies(JsonElement application, bool onlyAdmitting) =>
        string.Join(", ", application.GetProperty("policies").EnumerateArray().Where(policy => !onlyAdmitting || IsAdmitted(policy)).Select(Policy));

    private static string Policy(JsonElement policy) => $"policy '{policy.Text("name")}' ({Through(policy)})";

    private static string Through(JsonElement item) =>
        string.Join(", ", item.GetProperty("through").EnumerateArray().Select(through => through.GetString() switch
        {
            "service_token" => "by name",
            "any_valid_service_token" => "any service token",
            var other => other,
        }));

    private static string Sessions(JsonElement application) => application.GetProperty("live_sessions").GetInt32() switch
    {
        0 => "",
        1 => ", 1 session",
        var count => $", {count} sessions",
    };
}
