using System.Text.Json;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>The administrative commands of the published binary, against one gateway's admin socket.</summary>
/// <param name="adminSocket">The path of the socket.</param>
public sealed class FastProxyCli(string adminSocket)
{
    /// <summary>Runs a command that must succeed.</summary>
    public async Task<ProgramResult> RunAsync(params string[] arguments) => (await TryAsync(arguments)).MustSucceed();

    /// <summary>Runs a command, whatever comes of it.</summary>
    public Task<ProgramResult> TryAsync(params string[] arguments) =>
        PublishedBinary.RunAsync([.. arguments, "--api", $"unix:{adminSocket}"], timeout: TimeSpan.FromSeconds(60));

    /// <summary>Runs a command that must succeed and print one JSON document.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    /// <summary><c>token create NAME --json</c>, with further options.</summary>
    public async Task<ServiceToken> CreateTokenAsync(string name, params string[] options) =>
        ReadToken(await RunAsync(["token", "create", name, "--json", .. options]));

    /// <summary>Reads what <c>token create --json</c> printed.</summary>
    public static ServiceToken ReadToken(ProgramResult created)
    {
        using var token = JsonDocument.Parse(created.Output);
        return new ServiceToken(
            token.RootElement.GetProperty("client_id").GetString()!, token.RootElement.GetProperty("client_secret").GetString()!);
    }
}
