using System.Net;
using System.Text.Json;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Admin;

public sealed class ServiceTokenApiTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    [Fact]
    public async Task A_secret_is_shown_when_it_is_created_and_never_again()
    {
        var (status, envelope) = await admin.SendAsync("POST", "service_tokens", """{"name":"once"}""");

        Assert.Equal(HttpStatusCode.Created, status);
        var created = envelope.GetProperty("result");
        Assert.Equal(64, created.GetProperty("client_secret").GetString()!.Length);
        Assert.True(ClientId.IsValid(created.GetProperty("client_id").GetString()));
        Assert.Equal("8760h", created.GetProperty("duration").GetString());
        Assert.EndsWith("Z", created.GetProperty("expires_at").GetString(), StringComparison.Ordinal);
        var id = created.GetProperty("id").GetString();
        foreach (var shown in new[]
        {
            await admin.DoAsync("GET", $"service_tokens/{id}"),
            await admin.DoAsync("GET", "service_tokens"),
            await admin.DoAsync("PUT", $"service_tokens/{id}", """{"enabled":true}"""),
        })
        {
            Assert.DoesNotContain("\"client_secret\":", shown.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_nothing_else()
    {
        var id = (await admin.DoAsync("POST", "service_tokens", """{"name":"partial","duration":"24h"}""")).GetProperty("id").GetString();

        var disabled = await admin.DoAsync("PUT", $"service_tokens/{id}", """{"enabled":false}""");
        var renamed = await admin.DoAsync("PUT", $"service_tokens/{id}", """{"name":"renamed"}""");
        var forever = await admin.DoAsync("PUT", $"service_tokens/{id}", """{"duration":"forever"}""");

        Assert.Equal(("partial", false), (disabled.GetProperty("name").GetString(), disabled.GetProperty("enabled").GetBoolean()));
        Assert.Equal(("renamed", false), (renamed.GetProperty("name").GetString(), renamed.GetProperty("enabled").GetBoolean()));
        Assert.Equal("24h", renamed.GetProperty("duration").GetString());
        Assert.Equal("forever", forever.GetProperty("duration").GetString());
        Assert.Equal(JsonValueKind.Null, forever.GetProperty("expires_at").ValueKind);
    }

    [Fact]
    public async Task A_deleted_token_is_returned_once_and_then_gone()
    {
        var id = (await admin.DoAsync("POST", "service_tokens", """{"name":"short-lived"}""")).GetProperty("id").GetString();

        var (status, envelope) = await admin.SendAsync("DELETE", $"service_tokens/{id}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("short-lived", envelope.GetProperty("result").GetProperty("name").GetString());
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"service_tokens/{id}");
        await admin.FailAsync(HttpStatusCode.NotFound, "DELETE", $"service_tokens/{id}");
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await admin.DoAsync("POST", "service_tokens", """{"name":"taken"}""");

        var (_, message) = await admin.FailAsync(HttpStatusCode.Conflict, "POST", "service_tokens", """{"name":"taken"}""");

        Assert.StartsWith("access.api.error.service_token_already_exists: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_rules_name_is_not_deleted()
    {
        var id = (await admin.DoAsync("POST", "service_tokens", """{"name":"in-use"}""")).GetProperty("id").GetString();
        await admin.DoAsync("POST", "groups", $$$"""{"name":"uses-it","include":[{"service_token":{"token_id":"{{{id}}}"}}]}""");

        var (code, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "DELETE", $"service_tokens/{id}");

        Assert.Equal(12139, code);
        Assert.Contains("uses-it", message, StringComparison.Ordinal);
        await admin.DoAsync("GET", $"service_tokens/{id}");
    }

    [Theory]
    [InlineData("", "the body is empty")]
    [InlineData("{", "not valid JSON (line 1")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("{}", "'name' is missing")]
    [InlineData("""{"name":null}""", "'name' is missing")]
    [InlineData("""{"name":7}""", "'name' is not text")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "control character")]
    [InlineData("""{"name":"\ud800"}""", "not valid Unicode")]
    [InlineData("""{"x\udc00":1,"name":"n"}""", "not valid Unicode")]
    [InlineData("""{"name":"n","duration":"soon"}""", "'duration' is not a duration")]
    [InlineData("""{"name":"n","duration":"0s"}""", "'duration' is not between")]
    [InlineData("""{"name":"n","duration":"2000000h"}""", "'duration' is not between")]
    [InlineData("""{"name":"n","client_secret_version":0}""", "'client_secret_version' is not a whole number")]
    [InlineData("""{"name":"n","previous_client_secret_expires_at":"2030-01-01T00:00:00"}""", "is not a time")]
    [InlineData("""{"name":"n","previous_client_secret_expires_at":"tomorrow"}""", "is not a time")]
    [InlineData("""{"name":"n","client_id":"0123456789abcdef0123456789abcdef.access"}""", "together or not at all")]
    [InlineData("""{"name":"n","client_id":"x","client_secret":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}""", "'client_id' is not 32")]
    [InlineData("""{"name":"n","client_id":"0123456789abcdef0123456789abcdef.access","client_secret":"a secret that a person made up, and long"}""", "neither 64")]
    public async Task What_cannot_be_read_creates_nothing(string body, string expected)
    {
        var before = (await admin.DoAsync("GET", "service_tokens")).GetArrayLength();

        var (code, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "service_tokens", body);

        Assert.Equal(12130, code);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Equal(before, (await admin.DoAsync("GET", "service_tokens")).GetArrayLength());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "service_tokens", [.. "{\"name\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        var body = new byte[FastProxy.Admin.AdminServer.MaxBodyBytes + 1];
        body.AsSpan().Fill((byte)' ');

        var (_, message) = await admin.FailAsync(HttpStatusCode.RequestEntityTooLarge, "POST", "service_tokens", body);

        Assert.Contains("longer than 1048576 bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "service_tokens", $$"""{"name":"n","x":{{new string('[', 5000)}}""");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task A_body_that_does_not_say_it_is_json_is_refused(string? contentType)
    {
        var (status, envelope) = await admin.SendAsync("POST", "service_tokens", [.. """{"name":"form"}"""u8], contentType);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.False(envelope.GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("GET", "service_tokens/00000000-0000-0000-0000-000000000001")]
    [InlineData("GET", "service_tokens/not-an-id")]
    [InlineData("PUT", "service_tokens/00000000-0000-0000-0000-000000000001")]
    [InlineData("DELETE", "service_tokens/not-an-id")]
    [InlineData("GET", "nothing")]
    [InlineData("GET", "/client/v4/accounts/short/access/service_tokens")]
    [InlineData("GET", "/client/v4/accounts/g123456789abcdef0123456789abcdef/access/service_tokens")]
    [InlineData("GET", "/")]
    public async Task What_does_not_exist_is_not_found(string method, string path)
    {
        var (code, _) = await admin.FailAsync(HttpStatusCode.NotFound, method, path, method == "PUT" ? "{}" : null);

        Assert.Equal(7003, code);
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_take_is_said_so()
    {
        await admin.FailAsync(HttpStatusCode.MethodNotAllowed, "PATCH", "service_tokens", "{}");
    }

    [Fact]
    public async Task A_list_has_pages_and_one_past_the_end_is_empty()
    {
        await admin.DoAsync("POST", "service_tokens", """{"name":"page-a"}""");
        await admin.DoAsync("POST", "service_tokens", """{"name":"page-b"}""");

        var (_, all) = await admin.SendAsync("GET", "service_tokens");
        var total = all.GetProperty("result").GetArrayLength();
        var (_, second) = await admin.SendAsync("GET", "service_tokens?page=2&per_page=1");
        var (_, past) = await admin.SendAsync("GET", $"service_tokens?page={total + 1}&per_page=1");

        Assert.Equal(all.GetProperty("result")[1].ToString(), second.GetProperty("result")[0].ToString());
        Assert.Equal(total, second.GetProperty("result_info").GetProperty("total_pages").GetInt32());
        Assert.Equal(0, past.GetProperty("result").GetArrayLength());
        await admin.FailAsync(HttpStatusCode.BadRequest, "GET", "service_tokens?page=0");
    }
}
