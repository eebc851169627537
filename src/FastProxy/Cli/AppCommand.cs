using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;
using FastProxy.Cli.Rules;

namespace FastProxy.Cli;

/// <summary><c>fastproxy app …</c>: what is reached through the gateway.</summary>
internal static class AppCommand
{
    public static Command Create() => new("app", "Applications: what is reached through the gateway.")
    {
        CreateApplication(),
        List(),
        Show(),
        Update(),
        Delete(),
    };

    private static Argument<string> App { get; } = new("APP") { Description = "A name, an id or a domain." };

    private static Option<string[]> Domain(bool required) => new("--domain")
    {
        Description = "Where clients reach it: HOST or HOST/path. May be given several times.",
        HelpName = "HOST[/path]",
        Required = required,
    };

    private static Option<string> Origin(bool required) => new("--origin")
    {
        Description = "Where its bytes go: ssh://H:P, tcp://H:P, http://H:P, https://H:P, unix:PATH, or bastion (the client names it).",
        HelpName = "ORIGIN",
        Required = required,
    };

    private static Option<string[]> Destinations() => new("--allow-destination")
    {
        Description = "What clients of a bastion may name: HOST:PORT, CIDR:PORT, *.HOST:*. May be given several times.",
        HelpName = "PATTERN",
    };

    private static Option<string> SessionDuration() => new("--session-duration")
    {
        Description = "How long what is issued to a visitor holds, where its policy says nothing: 24h, 30m, at most 744h.",
        HelpName = "D",
    };

    private static Command CreateApplication()
    {
        var name = new Argument<string>("NAME") { Description = "A name no other application has." };
        var domain = Domain(true);
        var origin = Origin(true);
        var destinations = Destinations();
        var duration = SessionDuration();
        return ApiCommand.Create("create", "Create an application. Nobody reaches it before a policy admits them.", [name, domain, origin, destinations, duration, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var body = new JsonObject { ["type"] = "self_hosted", ["name"] = result.GetValue(name), ["origin"] = result.GetValue(origin) };
            SetDomains(body, result.GetValue(domain)!);
            body["allowed_destinations"] = Array(result.GetValue(destinations) ?? []);
            body["session_duration"] = DurationText.Check("--session-duration", result.GetValue(duration));
            var application = await api.PostAsync("apps", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(application);
                return;
            }
            StandardOutput.WriteLine($"The application '{application.Text("name")}' is created. Nobody reaches it yet; next, admit a service token:");
            StandardOutput.WriteLine($"  fastproxy policy add {Shell.Quote(application.Text("name"))} machines --action service-auth --include service-token:NAME");
        });
    }

    private static Command List() => ApiCommand.Create("list", "List the applications.", [ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var applications = await api.ListAsync("apps", cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(applications);
            return;
        }
        StandardOutput.Write(Table.Format(
            ["NAME", "DOMAIN", "ORIGIN", "POLICIES"],
            applications.Select(application => new[]
            {
                application.Text("name"),
                Join(application, "self_hosted_domains"),
                application.TextOr("origin", "-"),
                string.Join(", ", application.GetProperty("policies").EnumerateArray().Select(policy => policy.Text("name"))),
            })));
    });

    private static Command Show() => ApiCommand.Create("show", "Show one application and its policies.", [App, ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(application);
            return;
        }
        StandardOutput.Write(Table.Fields(
            ("Name:", application.Text("name")),
            ("Id:", application.Text("id")),
            ("Aud:", application.Text("aud")),
            ("Domain:", Join(application, "self_hosted_domains")),
            ("Origin:", application.TextOr("origin", "-")),
            ("Destinations:", Join(application, "allowed_destinations")),
            ("Created:", application.Text("created_at"))));
        var names = await RuleNames.ReadAsync(api, cancellationToken);
        StandardOutput.WriteLine();
        StandardOutput.Write(PolicyCommand.Format(application, names));
    });

    private static Command Update()
    {
        var name = new Option<string>("--name") { Description = "A new name.", HelpName = "NAME" };
        var duration = SessionDuration();
        var domain = Domain(false);
        var origin = Origin(false);
        var destinations = Destinations();
        return ApiCommand.Create("update", "Change an application; what is not given stays.", [App, name, domain, origin, destinations, duration, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            ApiCommand.RequireChange(result, [name, domain, origin, destinations, duration]);
            var old = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
            var body = Resources.ApplicationBody(old);
            if (result.GetValue(name) is { } newName)
            {
                body["name"] = newName;
            }
            if (DurationText.Check("--session-duration", result.GetValue(duration)) is { } newDuration)
            {
                body["session_duration"] = newDuration;
            }
            if (result.GetValue(origin) is { } newOrigin)
            {
                body["origin"] = newOrigin;
            }
            if (result.GetValue(domain) is { Length: > 0 } newDomains)
            {
                SetDomains(body, newDomains);
            }
            if (result.GetValue(destinations) is { Length: > 0 } newDestinations)
            {
                body["allowed_destinations"] = Array(newDestinations);
            }
            var application = await api.PutAsync($"apps/{old.Text("id")}", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(application);
                return;
            }
            StandardOutput.WriteLine($"The application '{application.Text("name")}' is updated.");
        });
    }

    private static Command Delete() => ApiCommand.Create("delete", "Delete an application and its policies.", [App], async (result, api, cancellationToken) =>
    {
        var application = await api.ApplicationAsync(result.GetValue(App)!, cancellationToken);
        await api.DeleteAsync($"apps/{application.Text("id")}", cancellationToken);
        StandardOutput.WriteLine($"The application '{application.Text("name")}' is deleted.");
    });

    // Destinations that are no domains of this gateway, which it only keeps, stay beside them.
    private static void SetDomains(JsonObject body, string[] domains)
    {
        body["domain"] = domains[0];
        body.Remove("self_hosted_domains");
        var destinations = body["destinations"] as JsonArray ?? [];
        for (var i = destinations.Count - 1; i >= 0; i--)
        {
            if ((string?)destinations[i]!["type"] == "public")
            {
                destinations.RemoveAt(i);
            }
        }
        foreach (var domain in domains)
        {
            destinations.Add((JsonNode)new JsonObject { ["type"] = "public", ["uri"] = domain });
        }
        body["destinations"] = destinations;
    }

    private static JsonArray Array(string[] texts) => new([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]);

    private static string Join(JsonElement item, string field) =>
        item.GetProperty(field).GetArrayLength() == 0 ? "-" : string.Join(", ", item.GetProperty(field).EnumerateArray().Select(text => text.GetString()));
}
