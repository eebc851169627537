using System.Globalization;
using System.Text.Json;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Api;

/// <summary>A gateway whose API is spoken to with curl, on its TCP address.</summary>
public sealed class AdminGateway : IAsyncLifetime
{
    private const string Access = "/client/v4/accounts/0123456789abcdef0123456789abcdef/access/";

    private string _url = "";
    private string _writeToken = "";

    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>An API token that may read.</summary>
    public string ReadToken { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Gateway = await GatewayProcess.StartAsync();
        _url = await Gateway.AdminUrlAsync();
        _writeToken = await TokenAsync("writer", "write");
        ReadToken = await TokenAsync("reader", "read");
        await Gateway.Cli.RunAsync("app", "create", "there", "--domain", "there.example.com", "--origin", "tcp://127.0.0.1:1");
    }

    public async Task DisposeAsync() => await Gateway.DisposeAsync();

    /// <summary>Calls the API with a token that may write, or with none.</summary>
    public Task<(int Status, JsonElement Envelope)> CurlAsync(string[] arguments, string path, bool authorized = true) =>
        CurlAsync(arguments, path, authorized ? _writeToken : null);

    /// <summary>Calls the API with a token.</summary>
    public async Task<(int Status, JsonElement Envelope)> CurlAsync(string[] arguments, string path, string? token)
    {
        string[] authorization = token is null ? [] : ["-H", $"Authorization: Bearer {token}"];
        var result = await RunningProgram.RunAsync(
            "curl",
            ["--silent", "--show-error", "--max-time", "60", "--expect100-timeout", "60", "--path-as-is", "--write-out", "\n%{http_code}", .. authorization, .. arguments, _url + Access + path]);
        result.MustSucceed();
        var text = result.OutputText;
        var end = text.LastIndexOf('\n');
        using var document = JsonDocument.Parse(text[..end]);
        return (int.Parse(text[(end + 1)..], CultureInfo.InvariantCulture), document.RootElement.Clone());
    }

    /// <summary>All that a request could have changed.</summary>
    public async Task<string> DescribeAsync()
    {
        var all = new List<string>();
        foreach (var path in new[] { "service_tokens", "apps", "groups", "policies", "organizations" })
        {
            all.Add((await CurlAsync([], path)).Envelope.ToString());
        }

        return string.Join('\n', all);
    }

    private async Task<string> TokenAsync(string name, string scope) =>
        (await Gateway.Cli.JsonAsync("api-token", "create", name, "--scope", scope)).GetProperty("value").GetString()!;
}
