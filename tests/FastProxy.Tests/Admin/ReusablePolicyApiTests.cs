using System.Net;
using System.Text.Json;

namespace FastProxy.Tests.Admin;

public sealed class ReusablePolicyApiTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    private const string Everyone = """[{"everyone":{}}]""";

    [Fact]
    public async Task A_change_reaches_every_application_that_uses_it()
    {
        var policy = await PolicyAsync("shared");
        Assert.True(policy.GetProperty("reusable").GetBoolean());
        Assert.Equal(0, policy.GetProperty("app_count").GetInt32());
        var one = await AppAsync("one.example.com", $"\"{Id(policy)}\"");
        var two = await AppAsync(
            "two.example.com", $$"""{"name":"own","decision":"allow","include":{{Everyone}}},{"id":"{{Id(policy)}}","precedence":7}""");

        var changed = await admin.DoAsync(
            "PUT", $"policies/{Id(policy)}", """{"name":"shared2","decision":"bypass","include":[{"ip":{"ip":"10.0.0.0/8"}}],"approval_required":true}""");

        Assert.Equal(2, changed.GetProperty("app_count").GetInt32());
        Assert.True(changed.GetProperty("approval_required").GetBoolean());
        Assert.False(changed.TryGetProperty("precedence", out _));
        var inOne = Assert.Single((await admin.DoAsync("GET", $"apps/{Id(one)}")).GetProperty("policies").EnumerateArray());
        var inTwo = (await admin.DoAsync("GET", $"apps/{Id(two)}/policies")).EnumerateArray().Last();
        Assert.Equal(("shared2", "bypass", 1), Shown(inOne));
        Assert.Equal(("shared2", "bypass", 7), Shown(inTwo));
    }

    [Fact]
    public async Task It_is_not_deleted_while_an_application_uses_it()
    {
        var policy = await PolicyAsync("used");
        var app = await AppAsync("used.example.com", $"\"{Id(policy)}\"");

        var (code, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "DELETE", $"policies/{Id(policy)}");
        var (detached, _) = await admin.SendAsync("DELETE", $"apps/{Id(app)}/policies/{Id(policy)}");
        var (deleted, _) = await admin.SendAsync("DELETE", $"policies/{Id(policy)}");

        Assert.Equal(12139, code);
        Assert.Contains("used.example.com", message, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (detached, deleted));
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"policies/{Id(policy)}");
    }

    [Fact]
    public async Task A_policy_of_an_application_is_made_reusable_and_keeps_its_place()
    {
        var app = await AppAsync("convert.example.com", $$"""{"name":"first","decision":"allow","include":{{Everyone}}},{"name":"second","decision":"allow","include":{{Everyone}}}""");
        var second = app.GetProperty("policies")[1].GetProperty("id").GetString();

        await admin.DoAsync("PUT", $"apps/{Id(app)}/policies/{second}/make_reusable");

        var policy = await admin.DoAsync("GET", $"policies/{second}");
        Assert.Equal(("second", 1), (policy.GetProperty("name").GetString(), policy.GetProperty("app_count").GetInt32()));
        Assert.Equal(("second", "allow", 2), Shown((await admin.DoAsync("GET", $"apps/{Id(app)}/policies/{second}"))));
        await admin.FailAsync(HttpStatusCode.BadRequest, "PUT", $"apps/{Id(app)}/policies/{second}/make_reusable");
    }

    [Fact]
    public async Task An_application_changes_its_place_and_nothing_else_of_it()
    {
        var policy = await PolicyAsync("placed");
        var app = await AppAsync("placed.example.com", $$"""{"name":"own","decision":"allow","include":{{Everyone}}},"{{Id(policy)}}" """);

        var moved = await admin.DoAsync("PUT", $"apps/{Id(app)}/policies/{Id(policy)}", """{"precedence":9}""");
        await admin.FailAsync(
            HttpStatusCode.BadRequest, "PUT", $"apps/{Id(app)}/policies/{Id(policy)}", $$"""{"name":"x","decision":"deny","include":{{Everyone}}}""");
        var (code, _) = await admin.FailAsync(HttpStatusCode.BadRequest, "PUT", $"apps/{Id(app)}/policies/{Id(policy)}", """{"precedence":1}""");

        Assert.Equal(9, moved.GetProperty("precedence").GetInt32());
        Assert.Equal(12130, code);
        Assert.Equal("allow", (await admin.DoAsync("GET", $"policies/{Id(policy)}")).GetProperty("decision").GetString());
    }

    [Fact]
    public async Task An_application_that_was_read_is_written_back_with_its_reusable_policies()
    {
        var policy = await PolicyAsync("written back");
        var app = await AppAsync("back.example.com", $"\"{Id(policy)}\"");

        var again = await admin.DoAsync("PUT", $"apps/{Id(app)}", app.ToString().Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal));

        Assert.Equal(("written back", "allow", 1), Shown(Assert.Single(again.GetProperty("policies").EnumerateArray())));
    }

    [Fact]
    public async Task A_change_that_one_application_cannot_take_changes_none()
    {
        var policy = await PolicyAsync("before");
        await AppAsync("taken.example.com", $$"""{"name":"clash","decision":"allow","include":{{Everyone}}},"{{Id(policy)}}" """);

        var (_, message) = await admin.FailAsync(HttpStatusCode.Conflict, "PUT", $"policies/{Id(policy)}", $$"""{"name":"clash","decision":"allow","include":{{Everyone}}}""");

        Assert.Contains("taken.example.com", message, StringComparison.Ordinal);
        Assert.Equal("before", (await admin.DoAsync("GET", $"policies/{Id(policy)}")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task What_it_names_stays_as_long_as_it_does()
    {
        var token = await admin.DoAsync("POST", "service_tokens", """{"name":"named by a reusable policy"}""");
        await admin.DoAsync("POST", "policies", $$$"""{"name":"names","decision":"non_identity","include":[{"service_token":{"token_id":"{{{Id(token)}}}"}}]}""");

        var (code, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "DELETE", $"service_tokens/{Id(token)}");

        Assert.Equal(12139, code);
        Assert.Contains("reusable policy 'names'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"p","decision":"allow","include":[{"everyone":{}}],"precedence":1}""", "no precedence of its own")]
    [InlineData("""{"name":"p","decision":"allow"}""", "include")]
    [InlineData("""{"name":"p","decision":"allow","include":[{"everyone":{}}],"approval_required":"no"}""", "'approval_required' is not true or false")]
    [InlineData("""{"decision":"allow","include":[{"everyone":{}}]}""", "'name' is missing")]
    public async Task What_is_not_valid_creates_nothing(string body, string expected)
    {
        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "policies", body);

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    private static (string?, string?, int) Shown(JsonElement policy) =>
        (policy.GetProperty("name").GetString(), policy.GetProperty("decision").GetString(), policy.GetProperty("precedence").GetInt32());

    private Task<JsonElement> PolicyAsync(string name) =>
        admin.DoAsync("POST", "policies", $$"""{"name":"{{name}}","decision":"allow","include":{{Everyone}}}""");

    private Task<JsonElement> AppAsync(string domain, string policies) =>
        admin.DoAsync("POST", "apps", $$"""{"name":"{{domain}}","domain":"{{domain}}","policies":[{{policies}}]}""");
}
