using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;

namespace FastProxy.Cli.Rules;

/// <summary>Between rules as people write them, by name, and as the API has them, by id: what there is to name at one moment.</summary>
internal sealed class RuleNames
{
    private readonly IReadOnlyList<JsonElement> _tokens;
    private readonly IReadOnlyList<JsonElement> _groups;
    private readonly IReadOnlyList<JsonElement> _lists;
    private readonly IReadOnlyList<JsonElement> _applications;

    private RuleNames(IReadOnlyList<JsonElement> tokens, IReadOnlyList<JsonElement> groups, IReadOnlyList<JsonElement> lists, IReadOnlyList<JsonElement> applications)
    {
        _tokens = tokens;
        _groups = groups;
        _lists = lists;
        _applications = applications;
    }

    /// <summary>Reads the names.</summary>
    public static async Task<RuleNames> ReadAsync(ApiClient api, CancellationToken cancellationToken) => new(
        await api.ListAsync("service_tokens", cancellationToken),
        await api.ListAsync("groups", cancellationToken),
        await api.ListAsync("/gateway/lists", cancellationToken),
        await api.ListAsync("apps", cancellationToken));

    /// <summary>The rules of an option in the API's grammar.</summary>
    /// <exception cref="ApiFailure">One of them is no rule, or names what does not exist.</exception>
    public JsonArray ToJson(IEnumerable<string> rules)
    {
        var array = new JsonArray();
        foreach (var text in rules)
        {
            if (!RuleArgument.TryParse(text, out var rule, out var error))
            {
                throw ApiFailure.Usage(error);
            }
            JsonNode node = rule.Selector switch
            {
                RuleArgument.Country => Rule("geo", "country_code", rule.Value),
                RuleArgument.CommonName => Rule("common_name", "common_name", rule.Value),
                RuleArgument.Certificate => new JsonObject { ["certificate"] = new JsonObject() },
                RuleArgument.Email => Rule("email", "email", rule.Value),
                RuleArgument.EmailDomain => Rule("email_domain", "domain", rule.Value),
                RuleArgument.Oidc => Oidc(rule.Value),
                RuleArgument.ServiceToken => Rule("service_token", "token_id", Id(_tokens, "token", rule.Value)),
                RuleArgument.Group => Rule("group", "id", Id(_groups, "group", rule.Value)),
                RuleArgument.Ip => Rule("ip", "ip", rule.Value),
                RuleArgument.AnyServiceToken => new JsonObject { ["any_valid_service_token"] = new JsonObject() },
                _ => new JsonObject { ["everyone"] = new JsonObject() },
            };
            array.Add(node);
        }
        return array;
    }

    /// <summary>The rules of a field, as people write them.</summary>
    public string Format(JsonElement owner, string field) =>
        owner.TryGetProperty(field, out var rules) && rules.GetArrayLength() > 0
            ? string.Join(", ", rules.EnumerateArray().Select(Format))
            : "-";

    /// <summary>A rule as people write it; one that the command line has no word for by its selector, and what it is about.</summary>
    public string Format(JsonElement rule)
    {
        var property = rule.EnumerateObject().First();
        return property.Name switch
        {
            "service_token" => $"service-token:{NameOf(_tokens, property.Value.Text("token_id"))}",
            "group" => $"group:{NameOf(_groups, property.Value.Text("id"))}",
            "ip" => $"ip:{property.Value.Text("ip")}",
            "any_valid_service_token" => RuleArgument.AnyServiceToken,
            "geo" => $"country:{property.Value.Text("country_code")}",
            "common_name" => $"common-name:{property.Value.Text("common_name")}",
            "email" => $"email:{property.Value.Text("email")}",
            "email_domain" => $"email-domain:{property.Value.Text("domain")}",
            "oidc" => $"oidc:{property.Value.Text("claim_name")}={property.Value.Text("claim_value")}",
            "ip_list" => $"ip-list:{NameOf(_lists, property.Value.Text("id"))}",
            "email_list" => $"email-list:{NameOf(_lists, property.Value.Text("id"))}",
            "linked_app_token" => $"linked-app-token:{NameOf(_applications, property.Value.Text("app_uid"))}",
            "login_method" => $"login-method:{property.Value.Text("id")}",
            "auth_method" => $"auth-method:{property.Value.Text("auth_method")}",
            "external_evaluation" => $"external-evaluation:{property.Value.Text("evaluate_url")}",
            var other => other,
        };
    }

    /// <summary>
    /// The included rules by which a policy or group matches a caller without a service token, as people write them; empty where every
    /// match needs one.
    /// </summary>
    public IReadOnlyList<string> WithoutCredential(JsonElement owner) => WithoutCredential(owner, 0);

    private static JsonObject Oidc(string value)
    {
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        return new() { ["oidc"] = new JsonObject { ["claim_name"] = value[..equals], ["claim_value"] = value[(equals + 1)..] } };
    }

    private static JsonObject Rule(string selector, string key, string value) => new() { [selector] = new JsonObject { [key] = value } };

    private static string Id(IReadOnlyList<JsonElement> items, string kind, string name)
    {
        foreach (var item in items)
        {
            if (item.Text("name") == name)
            {
                return item.Text("id");
            }
        }
        throw new ApiFailure("refused", $"there is no {kind} '{name}'") { NextStep = $"Try: fastproxy {kind} list" };
    }

    private static JsonElement? Find(IReadOnlyList<JsonElement> items, string id) =>
        items.FirstOrDefault(item => item.Text("id") == id) is { ValueKind: JsonValueKind.Object } found ? found : null;

    private static string NameOf(IReadOnlyList<JsonElement> items, string id) => Find(items, id)?.Text("name") ?? id;

    private List<string> WithoutCredential(JsonElement owner, int depth)
    {
        // The store refuses groups in groups deeper than this.
        if (depth > Access.Policies.Group.MaximumDepth || owner.GetProperty("require").EnumerateArray().Any(rule => NeedsToken(rule, depth)))
        {
            return [];
        }
        return [.. owner.GetProperty("include").EnumerateArray().Where(rule => !NeedsToken(rule, depth)).Select(Format)];
    }

    private bool NeedsToken(JsonElement rule, int depth)
    {
        var property = rule.EnumerateObject().First();
        return property.Name switch
        {
            // A certificate is a credential as well, and whoever signed in is no machine.
            "service_token" or "any_valid_service_token" or "certificate" or "common_name" or "linked_app_token" => true,
            "email" or "email_domain" or "email_list" or "login_method" or "auth_method" or "oidc" => true,
            "group" => Find(_groups, property.Value.Text("id")) is { } group && WithoutCredential(group, depth + 1).Count == 0,
            _ => false,
        };
    }
}
