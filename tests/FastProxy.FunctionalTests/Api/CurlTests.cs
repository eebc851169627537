using System.Globalization;
using System.Text;
using System.Text.Json;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Api;

/// <summary>Requests that no well-behaved client makes: always the envelope, a right status, and nothing half-written.</summary>
public sealed class CurlTests(AdminGateway admin) : IClassFixture<AdminGateway>
{
    private const string Json = "Content-Type: application/json";

    [Theory]
    [InlineData(400, 12130, "POST", "service_tokens", "{", Json)]
    [InlineData(400, 12130, "POST", "service_tokens", "", Json)]
    [InlineData(400, 12130, "POST", "service_tokens", "[1,2]", Json)]
    [InlineData(400, 12130, "POST", "service_tokens", "{\"name\":\"\\ud800\"}", Json)]
    [InlineData(400, 12130, "POST", "service_tokens", "{\"name\":{\"a\":1}}", Json)]
    [InlineData(400, 12130, "POST", "service_tokens", "{\"name\":\"n\",\"duration\":\"-1h\"}", Json)]
    [InlineData(400, 12130, "POST", "apps", "{\"name\":\"n\",\"domain\":\"http://x/\"}", Json)]
    [InlineData(400, 12130, "POST", "apps", "{\"name\":\"n\",\"domain\":\"x.example.com\",\"policies\":[{\"name\":\"p\"}]}", Json)]
    [InlineData(400, 12130, "POST", "groups", "{\"name\":\"n\",\"include\":[{\"moon_phase\":{}}]}", Json)]
    [InlineData(400, 12130, "POST", "policies", "{\"name\":\"n\",\"decision\":\"allow\",\"include\":[]}", Json)]
    [InlineData(400, 12130, "PATCH", "organizations", "{\"strict_service_token_auth\":false}", Json)]
    [InlineData(400, 12130, "GET", "service_tokens?page=-1", null, Json)]
    [InlineData(400, 12130, "GET", "apps?per_page=a", null, Json)]
    [InlineData(415, 12130, "POST", "service_tokens", "{\"name\":\"n\"}", "Content-Type: text/plain")]
    [InlineData(415, 12130, "POST", "service_tokens", "name=n", "Content-Type: application/x-www-form-urlencoded")]
    [InlineData(415, 12130, "POST", "groups", "{\"name\":\"n\"}", "Content-Type:")]
    [InlineData(404, 7003, "GET", "service_tokens/0123456789abcdef0123456789abcdef.access", null, Json)]
    [InlineData(404, 7003, "PUT", "apps/00000000-0000-0000-0000-000000000000", "{}", Json)]
    [InlineData(404, 7003, "GET", "keys", null, Json)]
    [InlineData(404, 7003, "GET", "no%20such%2Fpath", null, Json)]
    [InlineData(405, 7003, "DELETE", "service_tokens", null, Json)]
    [InlineData(405, 7003, "TRACE", "apps", null, Json)]
    [InlineData(403, 10000, "GET", "apps", null, "Authorization: Bearer nobody")]
    [InlineData(403, 10000, "POST", "apps", "{}", "Authorization: Basic YTpi")]
    [InlineData(421, 7003, "GET", "apps", null, "Host: attacker.example.com")]
    public async Task A_bad_request_is_told_what_is_wrong_and_changes_nothing(int status, int code, string method, string path, string? body, string header)
    {
        var before = await admin.DescribeAsync();

        var answer = await admin.CurlAsync(["-X", method, "-H", header, .. Body(body)], path, authorized: !header.StartsWith("Authorization", StringComparison.Ordinal));

        AssertRefused(answer, status, code);
        Assert.Equal(before, await admin.DescribeAsync());
    }

    [Theory]
    [InlineData(1_100_000)]
    [InlineData(17_000_000)]
    public async Task A_body_without_end_is_refused(int length)
    {
        using var directory = new TempDirectory();
        var file = directory["body"];
        await File.WriteAllBytesAsync(file, Encoding.ASCII.GetBytes("{\"name\":\"" + new string('x', length) + "\"}"));

        var answer = await admin.CurlAsync(["-X", "POST", "-H", Json, "--data-binary", $"@{file}"], "service_tokens");

        AssertRefused(answer, 413, 12130);
    }

    [Fact]
    public async Task Of_twenty_requests_for_one_name_one_succeeds()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            admin.CurlAsync(["-X", "POST", "-H", Json, "--data", "{\"name\":\"contended\"}"], "service_tokens")));

        Assert.Single(answers, answer => answer.Status == 201);
        foreach (var answer in answers.Where(answer => answer.Status != 201))
        {
            AssertRefused(answer, 409, 12130);
        }
    }

    [Fact]
    public async Task A_reader_changes_nothing_by_any_method()
    {
        var before = await admin.DescribeAsync();
        foreach (var (method, path) in new[]
        {
            ("POST", "service_tokens"), ("PUT", "organizations"), ("PATCH", "organizations"), ("DELETE", "groups/00000000-0000-0000-0000-000000000000"), ("POST", "apps"),
        })
        {
            var answer = await admin.CurlAsync(["-X", method, "-H", Json, "--data", "{\"name\":\"n\",\"domain\":\"d.example.com\"}"], path, admin.ReadToken);
            AssertRefused(answer, 403, 9109);
        }

        Assert.Equal(200, (await admin.CurlAsync([], "apps", admin.ReadToken)).Status);
        Assert.Equal(before, await admin.DescribeAsync());
    }

    [Fact]
    public async Task On_the_socket_no_token_is_asked_and_any_host_may_be_named()
    {
        var answer = await admin.CurlAsync(["--unix-socket", admin.Gateway.AdminSocket, "-H", "Host: anything"], "apps", authorized: false);

        Assert.Equal(200, answer.Status);
    }

    private static string[] Body(string? body) => body is null ? [] : ["--data-raw", body];

    private static void AssertRefused((int Status, JsonElement Envelope) answer, int status, int code)
    {
        var text = answer.Envelope.ToString();
        Assert.True(answer.Status == status, string.Create(CultureInfo.InvariantCulture, $"{answer.Status}: {text}"));
        Assert.False(answer.Envelope.GetProperty("success").GetBoolean());
        Assert.Equal(JsonValueKind.Null, answer.Envelope.GetProperty("result").ValueKind);
        Assert.Equal(JsonValueKind.Array, answer.Envelope.GetProperty("messages").ValueKind);
        var error = Assert.Single(answer.Envelope.GetProperty("errors").EnumerateArray());
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        Assert.StartsWith("access.api.error.", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
