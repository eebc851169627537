using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;

namespace FastProxy.Cli;

/// <summary><c>fastproxy api-token …</c>: what administrators present where the API is reached over TCP.</summary>
internal static class ApiTokenCommand
{
    public static Command Create() => new("api-token", "API tokens: for the API at its TCP address.")
    {
        CreateToken(),
        List(),
        Revoke(),
    };

    private static Command CreateToken()
    {
        var name = new Argument<string>("NAME") { Description = "A name no other API token has." };
        var scope = new Option<string>("--scope") { Description = "read: look at everything; write: change it too.", HelpName = "read|write", DefaultValueFactory = _ => "read" };
        UsageText.AcceptOnly(scope, "read", "write");
        var duration = new Option<string>("--duration") { Description = "How long it works: 720h, 30m, … Default: until it is revoked.", HelpName = "D" };
        return ApiCommand.Create("create", "Create an API token and show it, once.", [name, scope, duration, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var body = new JsonObject { ["name"] = result.GetValue(name), ["scope"] = result.GetValue(scope), ["duration"] = DurationText.Check("--duration", result.GetValue(duration)) };
            var token = await api.PostAsync("/tokens", body, cancellationToken);
            StandardOutput.WriteOnce(() => Print(token, result), "the API token exists, but could not be shown", $"Revoke it, and create another: fastproxy api-token revoke {Shell.Quote(token.Text("name"))}");
        });

        static void Print(JsonElement token, ParseResult result)
        {
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(token);
                return;
            }
            StandardOutput.Write(Table.Fields(
                ("API token:", token.Text("value")),
                ("Scope:", token.Text("scope")),
                ("Expires:", token.TextOr("expires_on", "never"))));
            StandardOutput.WriteLine();
            StandardOutput.WriteLine("It is shown this once: keep it now. It goes into FASTPROXY_API_TOKEN, beside FASTPROXY_API, the URL of the API:\nhttp://127.0.0.1:9443, say, on the gateway's host, and https:// from anywhere else.");
        }
    }

    private static Command List() => ApiCommand.Create("list", "List the API tokens.", [ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var tokens = await api.ListAsync("/tokens", cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(tokens);
            return;
        }
        StandardOutput.Write(Table.Format(
            ["NAME", "SCOPE", "STATE", "CREATED", "EXPIRES"],
            tokens.Select(token => new[]
            {
                token.Text("name"), token.Text("scope"), token.Text("status"), token.Text("issued_on"), token.TextOr("expires_on", "never"),
            })));
    });

    private static Command Revoke()
    {
        var token = new Argument<string>("API-TOKEN") { Description = "A name or an id." };
        return ApiCommand.Create("revoke", "End an API token for good.", [token], async (result, api, cancellationToken) =>
        {
            var found = await api.ApiTokenAsync(result.GetValue(token)!, cancellationToken);
            await api.DeleteAsync($"/tokens/{found.Text("id")}", cancellationToken);
            StandardOutput.WriteLine($"The API token '{found.Text("name")}' is revoked.");
        });
    }
}
