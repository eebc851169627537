using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Access.Policies;
using FastProxy.Cli.Api;
using FastProxy.Cli.Rules;

namespace FastProxy.Cli;

/// <summary><c>fastproxy policy …</c>: who may reach an application.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Policies: who may reach an application.")
    {
        Add(),
        List(),
        Update(),
        Move(),
        Remove(),
        PolicyExplainCommand.Create(),
    };

    private static Argument<string> App { get; } = new("APP") { Description = "The application: a name, an id or a domain." };

    private static Argument<string> Policy { get; } = new("POLICY") { Description = "A name or an id." };

    /// <summary>The policies of an application as a table.</summary>
    public static string Format(JsonElement application, RuleNames names) => Table.Format(
        ["ORDER", "POLICY", "ACTION", "INCLUDE", "REQUIRE", "EXCLUDE"],
        application.GetProperty("policies").EnumerateArray().Select(policy => new[]
        {
            policy.GetProperty("precedence").GetInt32().ToString(CultureInfo.InvariantCulture),
            policy.Text("name"),
            PolicyActions.TryParseApiName(policy.Text("decision"), out var action) ? action.ToCommandLineName() : policy.Text("decision"),
            names.Format(policy, "include"),
            names.Format(policy, "require"),
            names.Format(policy, "exclude"),
        }));

    private static Command Add()
    {
        var name = new Argument<string>("NAME") { Description = "A name no other policy of the application has." };
        var action = Action(required: true);
        var rules = new RuleOptions(includeIsRequired: true);
        return ApiCommand.Create("add", "Add a policy at the end of an application's.", [App, name, action, .. rules.All, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            PolicyActions.TryParseCommandLineName(result.GetValue(action), out var chosen);
            var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var names = await RuleNames.ReadAsync(api, cancellationToken);
            var body = new JsonObject { ["name"] = result.GetValue(name), ["decision"] = chosen.ToApiName() };
            rules.Fill(body, result, names);
            var policy = await api.PostAsync($"apps/{application.Text("id")}/policies", body, cancellationToken);
            WarnOfOpen(policy, names);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(policy);
                return;
            }
            StandardOutput.WriteLine($"The policy '{policy.Text("name")}' is added to '{application.Text("name")}'.");
        });
    }

    private static Command List() => ApiCommand.Create("list", "List the policies of an application, in their order.", [App, ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(application.GetProperty("policies"));
            return;
        }
        StandardOutput.Write(Format(application, await RuleNames.ReadAsync(api, cancellationToken)));
    });

    private static Command Update()
    {
        var newName = new Option<string>("--name") { Description = "A new name.", HelpName = "NAME" };
        var action = Action(required: false);
        var rules = new RuleOptions(includeIsRequired: false);
        return ApiCommand.Create("update", "Change a policy; what is not given stays, and each list of rules that is given is replaced.", [App, Policy, newName, action, .. rules.All, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            ApiCommand.RequireChange(result, [newName, action, .. rules.All]);
            var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var old = Resources.Policy(application, result.GetValue(Policy)!);
            var names = await RuleNames.ReadAsync(api, cancellationToken);
            var body = JsonNode.Parse(old.GetRawText())!.AsObject();
            body["name"] = result.GetValue(newName) ?? old.Text("name");
            if (result.GetValue(action) is { } word && PolicyActions.TryParseCommandLineName(word, out var chosen))
            {
                body["decision"] = chosen.ToApiName();
            }
            rules.Fill(body, result, names, old);
            // A reusable policy is changed where it is, for every application that uses it.
            var isReusable = old.GetProperty("reusable").GetBoolean();
            if (isReusable)
            {
                body.Remove("precedence");
            }
            var path = isReusable ? $"policies/{old.Text("id")}" : $"apps/{application.Text("id")}/policies/{old.Text("id")}";
            var policy = await api.PutAsync(path, body, cancellationToken);
            WarnOfOpen(policy, names);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(policy);
                return;
            }
            StandardOutput.WriteLine(isReusable
                ? $"The reusable policy '{policy.Text("name")}' is updated, for {policy.GetProperty("app_count").GetInt32()} applications."
                : $"The policy '{policy.Text("name")}' of '{application.Text("name")}' is updated.");
        });
    }

    private static Command Move()
    {
        var place = WholeNumber.Of(new Argument<int>("PLACE") { Description = "Its place in the order, 1 being the first." });
        return ApiCommand.Create("move", "Move a policy to another place in the order of an application's.", [App, Policy, place, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var policy = Resources.Policy(application, result.GetValue(Policy)!);
            var ids = application.GetProperty("policies").EnumerateArray().Select(item => item.Text("id")).ToList();
            var to = result.GetValue(place);
            if (to < 1 || to > ids.Count)
            {
                throw new ApiFailure("refused", $"there is no place {to}: the places of '{application.Text("name")}' are 1 to {ids.Count}");
            }
            ids.Remove(policy.Text("id"));
            ids.Insert(to - 1, policy.Text("id"));
            // One request for the whole order: one by one, two policies would have the same place for a moment, which is refused.
            var body = Resources.ApplicationBody(application);
            body["policies"] = new JsonArray([.. ids.Select(id => (JsonNode?)JsonValue.Create(id))]);
            var moved = await api.PutAsync($"apps/{application.Text("id")}", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(moved.GetProperty("policies"));
                return;
            }
            StandardOutput.Write(Format(moved, await RuleNames.ReadAsync(api, cancellationToken)));
        });
    }

    private static Option<string> Action(bool required)
    {
        var action = new Option<string>("--action") { Description = "What a match does.", HelpName = "allow|block|bypass|service-auth", Required = required };
        UsageText.AcceptOnly(action, "allow", "block", "bypass", "service-auth");
        return action;
    }

    private static void WarnOfOpen(JsonElement policy, RuleNames names)
    {
        if (policy.Text("decision") == PolicyAction.ServiceAuth.ToApiName() && names.WithoutCredential(policy) is { Count: > 0 } open)
        {
            StandardError.WriteLine($"fastproxy: warning: policy '{policy.Text("name")}' admits callers without a credential by {string.Join(", ", open)}; "
                + "--require any-service-token would demand one");
        }
    }

    private static Command Remove()
    {
        return ApiCommand.Create("remove", "Remove a policy from an application.", [App, Policy], async (result, api, cancellationToken) =>
        {
            var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var policy = Resources.Policy(application, result.GetValue(Policy)!);
            await api.DeleteAsync($"apps/{application.Text("id")}/policies/{policy.Text("id")}", cancellationToken);
            StandardOutput.WriteLine($"The policy '{policy.Text("name")}' is removed from '{application.Text("name")}'.");
        });
    }
}
