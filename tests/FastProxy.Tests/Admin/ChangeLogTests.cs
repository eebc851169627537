using System.Net;

namespace FastProxy.Tests.Admin;

/// <summary>Whether the line that the log has of a change says what was changed, and who did it.</summary>
public sealed class ChangeLogTests : IClassFixture<RunningAdmin>
{
    private const string Event = "AdminChange";
    private readonly RunningAdmin _admin;

    public ChangeLogTests(RunningAdmin admin) => _admin = admin;

    [Fact]
    public async Task A_change_has_the_name_of_its_object_and_the_user_of_the_socket()
    {
        var token = await ChangeAsync("POST", "service_tokens", """{"name":"ci"}""", "(ci)");
        await ChangeAsync("PUT", $"service_tokens/{token}", """{"name":"ci2"}""", "(ci)");
        var application = await ChangeAsync("POST", "apps", """{"name":"gitlab","domain":"gitlab.example.com","type":"self_hosted"}""", "(gitlab)");
        var policy = await ChangeAsync(
            "POST", $"apps/{application}/policies", $$$"""{"name":"CI jobs","decision":"non_identity","include":[{"service_token":{"token_id":"{{{token}}}"}}]}""", "(gitlab/CI jobs)");
        await ChangeAsync("DELETE", $"apps/{application}/policies/{policy}", null, "(gitlab/CI jobs)");
        await ChangeAsync("DELETE", $"apps/{application}", null, "(gitlab)");
        await ChangeAsync("DELETE", $"service_tokens/{token}", null, "(ci2)");
    }

    [Fact]
    public async Task What_is_not_there_has_no_name()
    {
        await _admin.SendAsync("DELETE", $"service_tokens/{Guid.NewGuid():D}");
        Assert.Contains(" (-) by ", await _admin.Log.ReadAsync(Event), StringComparison.Ordinal);
    }

    private async Task<string> ChangeAsync(string method, string path, string? body, string name)
    {
        var (status, envelope) = await _admin.SendAsync(method, path, body);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted, $"{status} {envelope}");
        var line = await _admin.Log.ReadAsync(Event);
        Assert.Contains($" {name} by the admin socket (uid {Uid()}) was answered with ", line, StringComparison.Ordinal);
        return envelope.GetProperty("result").GetProperty("id").GetString()!;
    }

    private static string Uid() => File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];
}
