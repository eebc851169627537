using System.Net;
using System.Text.Json;

namespace FastProxy.Tests.Admin;

/// <summary>The account's settings, its lists, and what its applications keep for their clients.</summary>
public sealed class AccountApiTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    private const string Lists = "/client/v4/accounts/0123456789abcdef0123456789abcdef/gateway/lists";

    [Fact]
    public async Task Settings_are_changed_one_by_one_or_replaced_whole()
    {
        Assert.True((await admin.DoAsync("GET", "organizations")).GetProperty("strict_service_token_auth").GetBoolean());

        await admin.DoAsync(
            "PATCH",
            "organizations",
            """{"name":"Ours","auth_domain":"access.example.com","service_token_inactivity":{"enabled":true,"inactivity_threshold_days":90,"action":"delete"},"login_design":{"header_text":"hi"}}""");
        var changed = await admin.DoAsync("PATCH", "organizations", """{"session_duration":"12h"}""");
        Assert.Equal("Ours", changed.GetProperty("name").GetString());
        Assert.Equal("12h", changed.GetProperty("session_duration").GetString());
        Assert.Equal("hi", changed.GetProperty("login_design").GetProperty("header_text").GetString());
        Assert.Equal("""{"enabled":true,"inactivity_threshold_days":90,"action":"delete"}""", changed.GetProperty("service_token_inactivity").GetRawText());
        var off = await admin.DoAsync("PATCH", "organizations", """{"service_token_inactivity":{"enabled":false}}""");
        Assert.Equal("""{"enabled":false,"inactivity_threshold_days":90,"action":"delete"}""", off.GetProperty("service_token_inactivity").GetRawText());

        var replaced = await admin.DoAsync("PUT", "organizations", """{"strict_service_token_auth":true}""");
        Assert.Equal(("Ours", "24h"), (replaced.GetProperty("name").GetString(), replaced.GetProperty("session_duration").GetString()));
        Assert.False(replaced.TryGetProperty("login_design", out _));
        Assert.Equal(JsonValueKind.Null, replaced.GetProperty("service_token_inactivity").ValueKind);
    }

    [Fact]
    public async Task Changes_at_once_that_do_not_fit_together_lose_nothing()
    {
        string[] fields = ["login_design", "custom_pages", "mfa_config", "mfa_piv_key_requirements"];
        for (var round = 0; round < 10; round++)
        {
            await admin.DoAsync("PUT", "organizations", "{}");

            // Any one of them fits into what is kept, no two.
            var answers = await Task.WhenAll(fields.Select(field =>
                admin.SendAsync("PATCH", "organizations", $$$"""{"{{{field}}}":{"text":"{{{new string('x', 40_000)}}}"}}""")));

            var kept = await admin.DoAsync("GET", "organizations");
            var taken = Assert.Single(fields, field => kept.TryGetProperty(field, out _));
            for (var i = 0; i < fields.Length; i++)
            {
                Assert.Equal(fields[i] == taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answers[i].Status);
            }
        }
        await admin.DoAsync("PUT", "organizations", "{}");
    }

    [Fact]
    public async Task What_is_replaced_needs_no_room_beside_what_replaces_it()
    {
        string Settings(string field) => $$$"""{"{{{field}}}":{"text":"{{{new string('x', 40_000)}}}"}}""";
        await admin.DoAsync("PUT", "organizations", Settings("login_design"));

        var replaced = await admin.DoAsync("PUT", "organizations", Settings("mfa_config"));

        Assert.True(replaced.TryGetProperty("mfa_config", out _));
        Assert.False(replaced.TryGetProperty("login_design", out _));
        await admin.DoAsync("PUT", "organizations", "{}");
    }

    [Theory]
    [InlineData("""{"strict_service_token_auth":false}""", "always true")]
    [InlineData("""{"session_duration":"3000h"}""", "session duration")]
    [InlineData("""{"service_token_inactivity":{"enabled":true,"inactivity_threshold_days":29,"action":"disable"}}""", "between 30 and 365")]
    [InlineData("""{"service_token_inactivity":{"action":"explode"}}""", "neither disable nor delete")]
    [InlineData("""{"service_token_inactivity":{"enabled":true,"inactivity_treshold_days":90}}""", "'service_token_inactivity.inactivity_treshold_days' is not known here")]
    [InlineData("""{"name":""}""", "name")]
    public async Task Settings_that_are_not_valid_change_nothing(string body, string expected)
    {
        var before = (await admin.DoAsync("GET", "organizations")).ToString();

        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "PATCH", "organizations", body);

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Equal(before, (await admin.DoAsync("GET", "organizations")).ToString());
    }

    [Fact]
    public async Task Lists_are_made_filled_emptied_and_deleted()
    {
        var (status, envelope) = await admin.SendAsync("POST", Lists, """{"name":"offices","type":"IP","items":[{"value":"10.1.2.3/8","description":"old"},{"value":"192.0.2.1"}]}""");
        Assert.Equal(HttpStatusCode.Created, status);
        var list = envelope.GetProperty("result");
        var path = $"{Lists}/{list.GetProperty("id").GetString()}";
        Assert.Equal("10.0.0.0/8", list.GetProperty("items")[0].GetProperty("value").GetString());

        await admin.DoAsync("PATCH", path, """{"append":[{"value":"2001:db8::/32"}],"remove":["192.0.2.1/32","192.0.2.1"]}""");
        var items = await admin.DoAsync("GET", $"{path}/items");
        Assert.Equal(["10.0.0.0/8", "2001:db8::/32"], items.EnumerateArray().Select(item => item.GetProperty("value").GetString()));
        var renamed = await admin.DoAsync("PUT", path, """{"name":"sites"}""");
        Assert.Equal(2, renamed.GetProperty("count").GetInt32());
        Assert.Contains((await admin.DoAsync("GET", $"{Lists}?type=IP")).EnumerateArray(), item => item.GetProperty("name").GetString() == "sites");
        Assert.Empty((await admin.DoAsync("GET", $"{Lists}?type=EMAIL")).EnumerateArray());
        await admin.FailAsync(HttpStatusCode.Conflict, "POST", Lists, """{"name":"sites","type":"EMAIL"}""");
        await admin.DoAsync("DELETE", path);
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", path);
    }

    [Fact]
    public async Task A_value_is_removed_from_a_list_however_it_is_written()
    {
        var list = await admin.DoAsync(
            "POST", Lists, """{"name":"spelled","type":"IP","items":[{"value":"192.0.2.1"},{"value":"10.0.0.0/8"},{"value":"2001:db8::1"},{"value":"198.51.100.7"}]}""");
        var path = $"{Lists}/{list.GetProperty("id").GetString()}";

        var left = await admin.DoAsync("PATCH", path, """{"remove":["192.0.2.1/32","10.1.2.3/8","2001:DB8:0::1/128"]}""");

        Assert.Equal(["198.51.100.7"], left.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("value").GetString()));
        await admin.DoAsync("DELETE", path);
    }

    [Theory]
    [InlineData("""{"name":"l","type":"SERIAL"}""", "neither IP nor EMAIL")]
    [InlineData("""{"name":"l","type":"IP","items":[{"value":"10.0.0.0/99"}]}""", "10.0.0.0/99")]
    [InlineData("""{"name":"l","type":"IP","items":["10.0.0.1"]}""", "'items' is a list of")]
    [InlineData("""{"name":"l","type":"EMAIL","items":[{"value":"nobody"}]}""", "no mail address")]
    [InlineData("""{"name":"l","type":"EMAIL","items":[{"value":"A@b.example"},{"value":"a@b.example"}]}""", "twice")]
    public async Task A_list_that_is_not_valid_is_not_made(string body, string expected)
    {
        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", Lists, body);

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_without_effect_are_kept_until_the_application_is_replaced()
    {
        const string Kept = """
            "cors_headers":{"allowed_origins":["*"]},"tags":["a","b"],"skip_interstitial":true,"custom_deny_message":"no"
            """;
        var app = await admin.DoAsync(
            "POST",
            "apps",
            $$"""{"name":"kept","domain":"kept.example.com","destinations":[{"type":"public","uri":"kept.example.com"},{"type":"private","cidr":"10.0.0.0/8","port_range":"22"}],{{Kept}}}""");

        foreach (var shown in new[] { app, await admin.DoAsync("GET", $"apps/{app.GetProperty("id")}"), await admin.DoAsync("PUT", $"apps/{app.GetProperty("id")}", app.ToString()) })
        {
            Assert.Equal("""{"allowed_origins":["*"]}""", shown.GetProperty("cors_headers").GetRawText());
            Assert.Equal("no", shown.GetProperty("custom_deny_message").GetString());
            Assert.True(shown.GetProperty("skip_interstitial").GetBoolean());
            Assert.Equal(2, shown.GetProperty("destinations").GetArrayLength());
            Assert.Equal("22", shown.GetProperty("destinations")[1].GetProperty("port_range").GetString());
            Assert.Equal(1, shown.GetProperty("self_hosted_domains").GetArrayLength());
        }
        var replaced = await admin.DoAsync("PUT", $"apps/{app.GetProperty("id")}", """{"name":"kept","domain":"kept.example.com"}""");
        Assert.False(replaced.TryGetProperty("tags", out _));
        Assert.Equal(1, replaced.GetProperty("destinations").GetArrayLength());
    }

    [Fact]
    public async Task What_is_kept_is_bounded()
    {
        var (_, message) = await admin.FailAsync(
            HttpStatusCode.BadRequest, "POST", "apps", $$"""{"name":"big","domain":"big.example.com","custom_deny_message":"{{new string('x', 70_000)}}"}""");

        Assert.Contains("longer than 65536", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applications_are_found_by_their_fields_and_their_tag()
    {
        var app = await admin.DoAsync("POST", "apps", """{"name":"Finder","domain":"find.example.com","self_hosted_domains":["also.find.example.com"]}""");
        var aud = app.GetProperty("aud").GetString();

        async Task<int> CountAsync(string query) => (await admin.DoAsync("GET", $"apps?{query}")).GetArrayLength();

        Assert.Equal(1, await CountAsync("name=finde"));
        Assert.Equal(0, await CountAsync("name=finde&exact=true"));
        Assert.Equal(1, await CountAsync("name=finder&exact=true"));
        Assert.Equal(1, await CountAsync("domain=also.find.example.com&exact=true"));
        Assert.Equal(1, await CountAsync($"aud={aud}"));
        Assert.Equal(0, await CountAsync("aud=0"));
        Assert.Equal(1, await CountAsync("search=also.find"));
        Assert.Equal(app.ToString(), (await admin.DoAsync("GET", $"apps/{aud}")).ToString());
        Assert.Equal("{}", (await admin.DoAsync("POST", $"apps/{aud}/revoke_tokens")).ToString());
    }

    [Fact]
    public async Task A_default_group_is_written_back_as_it_was_read()
    {
        var group = await admin.DoAsync("POST", "groups", """{"name":"default","include":[{"everyone":{}}],"is_default":true}""");
        Assert.Equal("""[{"everyone":{}}]""", group.GetProperty("is_default").GetRawText());

        var again = await admin.DoAsync("PUT", $"groups/{group.GetProperty("id")}", group.ToString());

        Assert.Equal("""[{"everyone":{}}]""", again.GetProperty("is_default").GetRawText());
        Assert.Equal("default", Assert.Single((await admin.DoAsync("GET", "groups?search=DEF")).EnumerateArray()).GetProperty("name").GetString());
    }
}
