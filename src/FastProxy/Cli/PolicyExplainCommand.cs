using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Access.Policies;
using FastProxy.Cli.Api;
using FastProxy.Cli.Rules;

namespace FastProxy.Cli;

/// <summary><c>fastproxy policy explain</c>: what would be decided for a caller, policy by policy and rule by rule.</summary>
internal static class PolicyExplainCommand
{
    public static Command Create()
    {
        var app = new Option<string>("--app") { Description = "What is asked for: HOST, HOST/path, or an application's name or id for where it begins.", HelpName = "APP", Required = true };
        var token = new Option<string>("--token") { Description = "As who presents this service token.", HelpName = "NAME" };
        var clientId = new Option<string>("--client-id") { Description = "As who presents the service token with this client id.", HelpName = "ID" };
        var email = new Option<string>("--email") { Description = "As who signed in with this address.", HelpName = "E" };
        var ip = new Option<string>("--ip") { Description = "From this address; without it the address is not known.", HelpName = "A" };
        var country = new Option<string>("--country") { Description = "From this country; without it the country is not known.", HelpName = "XX" };
        var commonName = new Option<string>("--common-name") { Description = "With a client certificate of this name; without it none is shown.", HelpName = "CN" };
        IEnumerable<Symbol> symbols = [app, token, clientId, email, ip, country, commonName, ApiCommand.Json];
        return ApiCommand.Create("explain", "Say who would be let in, by which policy, and why not by the others. Exits 0 whatever the answer; --json has it as admitted.", symbols, async (result, api, cancellationToken) =>
        {
            var callers = new[] { result.GetValue(token), result.GetValue(clientId), result.GetValue(email) };
            if (callers.Count(caller => caller is not null) > 1)
            {
                throw ApiFailure.Usage("a caller is one of --token, --client-id and --email");
            }
            var domain = await DomainAsync(api, result.GetValue(app)!, cancellationToken);
            var body = new JsonObject
            {
                ["domain"] = domain,
                ["client_id"] = result.GetValue(clientId),
                ["email"] = result.GetValue(email),
                ["ip"] = result.GetValue(ip),
                ["country"] = result.GetValue(country),
                ["common_name"] = result.GetValue(commonName),
            };
            if (result.GetValue(token) is { } name)
            {
                body["token_id"] = (await api.TokenAsync(name, cancellationToken)).Text("id");
            }
            var explanation = await api.PostAsync("explain", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(explanation);
                return;
            }
            StandardOutput.Write(Format(domain, explanation, await RuleNames.ReadAsync(api, cancellationToken)));
        });
    }

    /// <summary>
    /// The host that is asked for. An application's name stands for its first domain, unless that name is a domain of one: where an
    /// application takes every host (<c>*</c>), a name would otherwise lead to it.
    /// </summary>
    private static async Task<string> DomainAsync(ApiClient api, string text, CancellationToken cancellationToken)
    {
        var applications = await api.ListAsync("apps", cancellationToken);
        var isDomain = applications.SelectMany(application => application.GetProperty("self_hosted_domains").EnumerateArray())
            .Any(domain => string.Equals(domain.GetString(), text, StringComparison.OrdinalIgnoreCase));
        var named = isDomain ? default : applications.FirstOrDefault(application => application.Text("name") == text || application.Text("id") == text);
        return named.ValueKind == JsonValueKind.Object && named.Text("domain") is { Length: > 0 } domain ? domain : text;
    }

    /// <summary>The explanation as a person reads it: the policies in the order in which they are asked, and the end of it.</summary>
    public static string Format(string domain, JsonElement explanation, RuleNames names)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{domain} leads to the application '{explanation.Text("app_name")}'.\n\n");
        var decider = "";
        foreach (var policy in explanation.GetProperty("policies").EnumerateArray())
        {
            PolicyActions.TryParseApiName(policy.Text("decision"), out var action);
            var standing = policy.Text("standing");
            text.Append(CultureInfo.InvariantCulture, $"{policy.GetProperty("precedence").GetInt32()}. {policy.Text("name")} ({action.ToCommandLineName()}): {Standing(standing)}\n");
            if (policy.Text("id") == explanation.Text("policy_id"))
            {
                decider = policy.Text("name");
            }
            if (standing == "not_reached")
            {
                continue;
            }
            foreach (var list in (ReadOnlySpan<string>)["include", "require", "exclude"])
            {
                foreach (var rule in policy.GetProperty(list).EnumerateArray())
                {
                    text.Append(CultureInfo.InvariantCulture, $"     {list}  {names.Format(rule.GetProperty("rule")),-40}  {Match(rule.Text("match"))}\n");
                }
            }
        }
        if (explanation.GetProperty("policies").GetArrayLength() > 0)
        {
            text.Append('\n');
        }
        return text.Append(Outcome(explanation.Text("reason"), decider)).Append('\n').ToString();
    }

    private static string Standing(string standing) => standing switch
    {
        "decides" => "matches, and decides",
        "not_known" => "does not match: something it asks for is not known",
        "needs_sign_in" => "counts only for who signed in",
        "not_reached" => "not asked",
        _ => "does not match",
    };

    private static string Match(string match) => match == "not_known" ? "not known" : match;

    private static string Outcome(string reason, string decider) => reason switch
    {
        "admitted" => $"Admitted by '{decider}'.",
        "blocked" => $"Refused by '{decider}'.",
        "app_has_no_policies" => "Refused: the application has no policies.",
        "credential_required" => "Refused: a service token could help, and none was given.",
        "certificate_required" => "Refused: a client certificate could help, and none was given.",
        "identity_required" => $"Refused: '{decider}' admits only who signed in.",
        _ => "Refused: no policy matches.",
    };
}
