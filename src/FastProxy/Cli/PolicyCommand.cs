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
        Remove(),
        PolicyExplainCommand.Create(),
    };

    private static Argument<string> App { get; } = new("APP") { Description = "The application: a name, an id or a domain." };

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
        var action = new Option<string>("--action") { Description = "What a match does.", HelpName = "allow|block|bypass|service-auth", Required = true };
        action.AcceptOnlyFromAmong("allow", "block", "bypass", "service-auth");
        var rules = new RuleOptions(includeIsRequired: true);
        return ApiCommand.Create("add", "Add a policy at the end of an application's.", [App, name, action, .. rules.All, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            PolicyActions.TryParseCommandLineName(result.GetValue(action), out var chosen);
            var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var names = await RuleNames.ReadAsync(api, cancellationToken);
            var body = new JsonObject { ["name"] = result.GetValue(name), ["decision"] = chosen.ToApiName() };
            rules.Fill(body, result, names);
            var policy = await api.PostAsync($"apps/{application.Text("id")}/policies", body, cancellationToken);
            if (chosen == PolicyAction.ServiceAuth && names.WithoutCredential(policy) is { Count: > 0 } open)
            {
                Console.Error.WriteLine($"fastproxy: warning: policy '{policy.Text("name")}' admits callers without a credential by {string.Join(", ", open)}; "
                    + "--require any-service-token would demand one");
            }
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(policy);
                return;
            }
            Console.Out.WriteLine($"The policy '{policy.Text("name")}' is added to '{application.Text("name")}'.");
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
        Console.Out.Write(Format(application, await RuleNames.ReadAsync(api, cancellationToken)));
    });

    private static Command Remove()
    {
        var name = new Argument<string>("POLICY") { Description = "A name or an id." };
        return ApiCommand.Create("remove", "Remove a policy from an application.", [App, name], async (result, api, cancellationToken) =>
        {
            var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var policy = Resources.Policy(application, result.GetValue(name)!);
            await api.DeleteAsync($"apps/{application.Text("id")}/policies/{policy.Text("id")}", cancellationToken);
            Console.Out.WriteLine($"The policy '{policy.Text("name")}' is removed from '{application.Text("name")}'.");
        });
    }
}
