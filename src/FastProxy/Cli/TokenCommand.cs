using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;

namespace FastProxy.Cli;

/// <summary><c>fastproxy token …</c>: the credentials of machines.</summary>
internal static class TokenCommand
{
    // access.api.error.service_token_in_use
    private const int InUse = 12139;

    public static Command Create() => new("token", "Service tokens: the credentials of machines.")
    {
        CreateToken(),
        List(),
        Show(),
        TokenSecretCommands.Rotate(Token),
        TokenSecretCommands.Refresh(Token),
        Switch("disable", "Stop a token from working, until it is enabled again.", false),
        Switch("enable", "Let a disabled token work again.", true),
        Revoke(),
    };

    private static Argument<string> Token { get; } = new("TOKEN") { Description = "A name, an id or a client id." };

    private static Command CreateToken()
    {
        var name = new Argument<string>("NAME") { Description = "A name no other token has." };
        var duration = new Option<string>("--duration")
        {
            Description = "How long it works: 8760h, 30m, … or forever.",
            HelpName = "D",
            DefaultValueFactory = _ => "8760h",
        };
        var clientId = new Option<string>("--client-id") { Description = "Take over a token that exists elsewhere: its client id.", HelpName = "ID" };
        var secretFile = new Option<string>("--client-secret-file") { Description = "The file that holds its secret; - for stdin.", HelpName = "F" };
        return ApiCommand.Create("create", "Create a token and show its secret, once.", [name, duration, clientId, secretFile, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var body = new JsonObject { ["name"] = result.GetValue(name), ["duration"] = result.GetValue(duration) };
            var imports = result.GetValue(clientId) is not null;
            if (imports != result.GetValue(secretFile) is not null)
            {
                throw new ApiFailure("refused", "--client-id and --client-secret-file go together");
            }
            if (imports)
            {
                body["client_id"] = result.GetValue(clientId);
                body["client_secret"] = await TokenSecretCommands.ReadSecretAsync(result.GetValue(secretFile)!, cancellationToken);
            }
            var token = await api.PostAsync("service_tokens", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(token);
                return;
            }
            TokenSecretCommands.PrintSecret(token, imports ? "as it was" : token.Text("client_secret"));
            Console.Out.WriteLine(imports
                ? "Its clients go on as they are. Next, admit the token to an application:"
                : "The secret is shown this once: keep it now. Next, admit the token to an application:");
            Console.Out.WriteLine($"  fastproxy policy add APP machines --action service-auth --include {Shell.Quote($"service-token:{token.Text("name")}")}");
        });
    }

    private static Command List() => ApiCommand.Create("list", "List the tokens.", [ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var tokens = await api.ListAsync("service_tokens", cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(tokens);
            return;
        }
        Console.Out.Write(Table.Format(
            ["NAME", "CLIENT ID", "STATE", "EXPIRES", "LAST USED"],
            tokens.Select(token => new[]
            {
                token.Text("name"), token.Text("client_id"), State(token), token.TextOr("expires_at", "never"), token.TextOr("last_seen_at", "never"),
            })));
    });

    private static Command Show() => ApiCommand.Create("show", "Show one token.", [Token, ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var token = await api.TokenAsync(result.GetValue(Token)!, cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(token);
            return;
        }
        Console.Out.Write(Table.Fields(
            ("Name:", token.Text("name")),
            ("Id:", token.Text("id")),
            ("Client ID:", token.Text("client_id")),
            ("State:", State(token)),
            ("Duration:", token.Text("duration")),
            ("Created:", token.Text("created_at")),
            ("Expires:", token.TextOr("expires_at", "never")),
            ("Old secret until:", token.TextOr("previous_client_secret_expires_at", "-")),
            ("Last used:", token.TextOr("last_seen_at", "never"))));
    });

    private static Command Switch(string verb, string description, bool enabled) =>
        ApiCommand.Create(verb, description, [Token, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var token = await api.TokenAsync(result.GetValue(Token)!, cancellationToken);
            var switched = await SetEnabledAsync(api, token, enabled, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(switched);
                return;
            }
            Console.Out.WriteLine($"The token '{token.Text("name")}' is {verb}d.");
        });

    // Never refuses: whatever names the token, it works no longer when this returns.
    private static Command Revoke() => ApiCommand.Create("revoke", "End a token for good.", [Token], async (result, api, cancellationToken) =>
    {
        var token = await api.TokenAsync(result.GetValue(Token)!, cancellationToken);
        await SetEnabledAsync(api, token, false, cancellationToken);
        try
        {
            await api.DeleteAsync($"service_tokens/{token.Text("id")}", cancellationToken);
            Console.Out.WriteLine($"The token '{token.Text("name")}' is revoked and deleted.");
        }
        catch (ApiFailure failure) when (failure.Code == InUse)
        {
            Console.Out.WriteLine($"The token '{token.Text("name")}' is revoked. It stays, disabled, while rules name it: {failure.Why}");
        }
    });

    private static Task<JsonElement> SetEnabledAsync(ApiClient api, JsonElement token, bool enabled, CancellationToken cancellationToken) =>
        api.PutAsync($"service_tokens/{token.Text("id")}", new JsonObject { ["enabled"] = enabled }, cancellationToken);

    private static string State(JsonElement token) =>
        !token.GetProperty("enabled").GetBoolean() ? "disabled"
        : token.TryGetProperty("expires_at", out var end) && end.ValueKind == JsonValueKind.String && end.GetDateTimeOffset() <= TimeProvider.System.GetUtcNow() ? "expired"
        : "enabled";
}
