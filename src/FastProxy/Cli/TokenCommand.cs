using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Access.Tokens;
using FastProxy.Cli.Api;

namespace FastProxy.Cli;

/// <summary><c>fastproxy token …</c>: the credentials of machines.</summary>
internal static class TokenCommand
{
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
        var canary = new Option<bool>("--canary") { Description = "Bait: nobody may use it, and the gateway raises an alarm when somebody tries." };
        return ApiCommand.Create("create", "Create a token and show its secret, once.", [name, duration, clientId, secretFile, canary, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var body = new JsonObject { ["name"] = result.GetValue(name), ["duration"] = DurationText.Check("--duration", result.GetValue(duration), mayBeForever: true) };
            var imports = result.GetValue(clientId) is not null;
            if (imports != result.GetValue(secretFile) is not null)
            {
                throw ApiFailure.Usage("--client-id and --client-secret-file go together");
            }
            // Not shown: it may be the secret, at the wrong option.
            if (imports && !ClientId.IsValid(result.GetValue(clientId)))
            {
                throw ApiFailure.Usage("--client-id is 32 lower-case hex digits and .access, as where the token comes from");
            }
            if (result.GetValue(canary))
            {
                body["canary"] = true;
            }
            if (imports)
            {
                body["client_id"] = result.GetValue(clientId);
                body["client_secret"] = await TokenSecretCommands.ReadSecretAsync(result.GetValue(secretFile)!, cancellationToken);
            }
            var token = await api.PostAsync("service_tokens", body, cancellationToken);
            if (imports)
            {
                PrintCreated(token, "as it was", result);
                return;
            }
            TokenSecretCommands.PrintOnce(token, "the token exists", () => PrintCreated(token, token.Text("client_secret"), result));
        });

        void PrintCreated(JsonElement token, string secret, ParseResult result)
        {
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(token);
                return;
            }
            TokenSecretCommands.PrintSecret(token, secret);
            if (result.GetValue(canary))
            {
                StandardOutput.WriteLine("The secret is shown this once. Put both where only a thief looks; the alarm is the log event CanaryPresented");
                StandardOutput.WriteLine("and the metric fastproxy_canary_presented_total.");
                return;
            }
            StandardOutput.WriteLine(result.GetValue(clientId) is not null
                ? "Its clients go on as they are. Next, admit the token to an application:"
                : "The secret is shown this once: keep it now. Next, admit the token to an application:");
            StandardOutput.WriteLine($"  fastproxy policy add APP machines --action service-auth --include {Shell.Quote($"service-token:{token.Text("name")}")}");
        }
    }

    private static Command List() => ApiCommand.Create("list", "List the tokens.", [ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var tokens = await api.ListAsync("service_tokens", cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(tokens);
            return;
        }
        StandardOutput.Write(Table.Format(
            ["NAME", "CLIENT ID", "STATE", "EXPIRES", "LAST USED"],
            tokens.Select(token => new[]
            {
                token.Text("name"), token.Text("client_id"), State(token), Expires(token), token.TextOr("last_seen_at", "never"),
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
        var usage = await api.GetAsync($"service_tokens/{token.Text("id")}/usage", cancellationToken);
        StandardOutput.Write(Table.Fields(
            ("Name:", token.Text("name")),
            ("Id:", token.Text("id")),
            ("Client ID:", token.Text("client_id")),
            ("State:", State(token)),
            ("Duration:", token.Text("duration")),
            ("Created:", token.Text("created_at")),
            ("Expires:", Expires(token)),
            ("Old secret until:", token.TextOr("previous_client_secret_expires_at", "-")),
            ("Last used:", token.TextOr("last_seen_at", "never")),
            ("Sessions:", usage.GetProperty("live_sessions").GetInt32().ToString(CultureInfo.InvariantCulture))));
        StandardOutput.Write(TokenUsageText.Format(usage, "Admitted to:", nothing: " nothing"));
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
            var name = Table.Printable(token.Text("name"));
            StandardOutput.WriteLine(enabled && !HasSecret(switched)
                ? $"The token '{name}' is enabled, but has no secret: fastproxy token rotate {Shell.Quote(name)} gives it one."
                : $"The token '{name}' is {verb}d.");
        });

    // Never refuses: whatever names the token, it works no longer when this returns.
    private static Command Revoke() => ApiCommand.Create("revoke", "End a token for good.", [Token, ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var token = await api.TokenAsync(result.GetValue(Token)!, cancellationToken);
        var revoked = await api.PostAsync($"service_tokens/{token.Text("id")}/revoke", [], cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(revoked);
            return;
        }
        var name = Table.Printable(token.Text("name"));
        var usage = revoked.GetProperty("usage");
        StandardOutput.WriteLine(revoked.GetProperty("deleted").GetBoolean()
            ? $"The token '{name}' is revoked and deleted."
            : $"The token '{name}' is revoked. It stays, disabled and without a secret, while rules name it; `token revoke` again deletes it once they do not.");
        if (usage.GetProperty("live_sessions").GetInt32() is > 0 and var sessions)
        {
            StandardOutput.WriteLine($"{sessions} open session{(sessions == 1 ? " ends" : "s end")} now.");
        }
        StandardOutput.Write(TokenUsageText.Format(usage, "It was admitted to:"));
    });

    private static Task<JsonElement> SetEnabledAsync(ApiClient api, JsonElement token, bool enabled, CancellationToken cancellationToken) =>
        api.PutAsync($"service_tokens/{token.Text("id")}", new JsonObject { ["enabled"] = enabled }, cancellationToken);

    private static string Expires(JsonElement token) => token.Text("expiry_warning") switch
    {
        "" => token.TextOr("expires_at", "never"),
        "expired" => $"{token.Text("expires_at")} (over)",
        var within => $"{token.Text("expires_at")} (within {within})",
    };

    // A gateway that is older than this command does not say.
    private static bool HasSecret(JsonElement token) => !token.TryGetProperty("has_client_secret", out var has) || has.GetBoolean();

    private static string State(JsonElement token) =>
        token.GetProperty("canary").GetBoolean() ? "canary"
        : !token.GetProperty("enabled").GetBoolean() ? "disabled"
        : !HasSecret(token) ? "no secret"
        : token.TryGetProperty("expires_at", out var end) && end.ValueKind == JsonValueKind.String && end.GetDateTimeOffset() <= TimeProvider.System.GetUtcNow() ? "expired"
        : "enabled";
}
