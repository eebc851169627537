using System.Text.Json;
using System.Text.Json.Nodes;

namespace FastProxy.Cli.Api;

/// <summary>Finds objects of the API by what people call them, and reads their fields.</summary>
internal static class Resources
{
    /// <summary>The service token with a name, an id or a client id.</summary>
    public static Task<JsonElement> TokenAsync(this ApiClient api, string token, CancellationToken cancellationToken) =>
        FindAsync(api, "service_tokens", "token", token, static (item, text) => Is(item, text, "name", "id", "client_id"), cancellationToken);

    /// <summary>The application with a name, an id or a domain.</summary>
    public static Task<JsonElement> ApplicationAsync(this ApiClient api, string application, CancellationToken cancellationToken) =>
        FindAsync(
            api,
            "apps",
            "application",
            application,
            static (item, text) => Is(item, text, "name", "id", "aud")
                || item.GetProperty("self_hosted_domains").EnumerateArray().Any(d => string.Equals(d.GetString(), text, StringComparison.OrdinalIgnoreCase)),
            cancellationToken);

    /// <summary>The group with a name or an id.</summary>
    public static Task<JsonElement> GroupAsync(this ApiClient api, string group, CancellationToken cancellationToken) =>
        FindAsync(api, "groups", "group", group, static (item, text) => Is(item, text, "name", "id"), cancellationToken);

    /// <summary>The API token with a name or an id.</summary>
    public static Task<JsonElement> ApiTokenAsync(this ApiClient api, string token, CancellationToken cancellationToken) =>
        FindAsync(api, "/tokens", "api-token", token, static (item, text) => Is(item, text, "name", "id"), cancellationToken);

    /// <summary>
    /// The body that writes an application back as it was read: the API replaces the whole object, so whoever changes one field sends all.
    /// Without <c>policies</c>, which then stay as they are.
    /// </summary>
    public static JsonObject ApplicationBody(JsonElement application)
    {
        var body = JsonNode.Parse(application.GetRawText())!.AsObject();
        foreach (var field in (ReadOnlySpan<string>)["id", "aud", "created_at", "updated_at", "policies"])
        {
            body.Remove(field);
        }
        return body;
    }

    /// <summary>The policy of an application with a name or an id.</summary>
    public static JsonElement Policy(JsonElement application, string policy)
    {
        foreach (var item in application.GetProperty("policies").EnumerateArray())
        {
            if (Is(item, policy, "name", "id"))
            {
                return item;
            }
        }
        throw new ApiFailure("refused", $"the application '{application.Text("name")}' has no policy '{policy}'") { NextStep = $"Try: fastproxy policy list {Shell.Quote(application.Text("name"))}" };
    }

    /// <summary>A text field; empty where it is absent or null.</summary>
    public static string Text(this JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>A text field, or what stands for one that is absent.</summary>
    public static string TextOr(this JsonElement item, string name, string absent) => item.Text(name) is { Length: > 0 } text ? text : absent;

    private static async Task<JsonElement> FindAsync(
        ApiClient api, string path, string kind, string text, Func<JsonElement, string, bool> matches, CancellationToken cancellationToken)
    {
        var items = await api.ListAsync(path, cancellationToken);
        // A name that looks like another one's id loses to nothing: names are asked first.
        foreach (var item in items)
        {
            if (item.Text("name") == text)
            {
                return item;
            }
        }
        foreach (var item in items)
        {
            if (matches(item, text))
            {
                return item;
            }
        }
        throw new ApiFailure("refused", $"there is no {kind} '{text}'") { NextStep = $"Try: fastproxy {(kind == "application" ? "app" : kind)} list" };
    }

    private static bool Is(JsonElement item, string text, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (item.Text(name) == text)
            {
                return true;
            }
        }
        return false;
    }
}
