using System.Net;
using System.Text.Json;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Admin;

/// <summary>What the API has beyond Cloudflare's: canaries, usage, revocation, expiry.</summary>
public sealed class TokenUsageApiTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    [Fact]
    public async Task A_canary_is_made_unmade_and_shown_as_one()
    {
        var canary = await admin.DoAsync("POST", "service_tokens", """{"name":"bait","canary":true}""");
        Assert.True(canary.GetProperty("canary").GetBoolean());
        Assert.True(admin.Store.Current.Canaries.TryFindBySecret(canary.GetProperty("client_secret").GetString(), out _));

        Assert.True((await admin.DoAsync("PUT", $"service_tokens/{Id(canary)}", """{"name":"bait 2"}""")).GetProperty("canary").GetBoolean());
        Assert.False((await admin.DoAsync("PUT", $"service_tokens/{Id(canary)}", """{"canary":false}""")).GetProperty("canary").GetBoolean());
        Assert.True(admin.Store.Current.Canaries.IsEmpty);
        Assert.False((await admin.DoAsync("POST", "service_tokens", """{"name":"no bait"}""")).GetProperty("canary").GetBoolean());
        await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "service_tokens", """{"name":"x","canary":"yes"}""");
    }

    [Fact]
    public async Task A_canary_is_never_said_to_be_admitted()
    {
        var canary = await admin.DoAsync("POST", "service_tokens", """{"name":"bait for explain","canary":true}""");
        var application = await admin.DoAsync("POST", "apps", """{"name":"baited","domain":"baited.example.com","type":"self_hosted"}""");
        var (_, written) = await admin.SendAsync(
            "POST", $"apps/{Id(application)}/policies", $$$"""{"name":"p","decision":"non_identity","include":[{"service_token":{"token_id":"{{{Id(canary)}}}"}}]}""");
        Assert.Contains("'bait for explain' is a canary: it is refused", Assert.Single(written.GetProperty("messages").EnumerateArray()).GetProperty("message").GetString(), StringComparison.Ordinal);
        var usage = await admin.DoAsync("GET", $"service_tokens/{Id(canary)}/usage");
        Assert.False(Assert.Single(usage.GetProperty("applications").EnumerateArray()).GetProperty("admits").GetBoolean());
        var (status, refused) = await admin.SendAsync("POST", "explain", $$"""{"domain":"baited.example.com","token_id":"{{Id(canary)}}"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("is a canary: it is always refused", refused.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forever", null)]
    [InlineData("721h", null)]
    [InlineData("720h", "30d")]
    [InlineData("168h", "7d")]
    [InlineData("24h", "1d")]
    public async Task The_nearness_of_the_end_is_a_field(string duration, string? warning)
    {
        var token = await admin.DoAsync("POST", "service_tokens", $$"""{"name":"ends in {{duration}}","duration":"{{duration}}"}""");
        Assert.Equal(warning, token.GetProperty("expiry_warning").GetString());
    }

    [Fact]
    public async Task Usage_names_applications_groups_and_reusable_policies()
    {
        var token = await admin.DoAsync("POST", "service_tokens", """{"name":"used"}""");
        var rule = $$$"""{"service_token":{"token_id":"{{{Id(token)}}}"}}""";
        var group = await admin.DoAsync("POST", "groups", $$"""{"name":"robots","include":[{{rule}}]}""");
        await admin.DoAsync("POST", "policies", $$"""{"name":"idle","decision":"non_identity","include":[{{rule}}]}""");
        var app = await admin.DoAsync("POST", "apps", """{"name":"git","domain":"git.example.com","type":"self_hosted","origin":"tcp://h:1"}""");
        await admin.DoAsync("POST", $"apps/{Id(app)}/policies", $$$"""{"name":"p","decision":"non_identity","include":[{"group":{"id":"{{{Id(group)}}}"}}]}""");

        var usage = await admin.DoAsync("GET", $"service_tokens/{Id(token)}/usage");

        Assert.Equal(0, usage.GetProperty("live_sessions").GetInt32());
        Assert.Equal(JsonValueKind.Null, usage.GetProperty("last_seen_at").ValueKind);
        var application = Assert.Single(usage.GetProperty("applications").EnumerateArray());
        Assert.Equal(("git", "git.example.com", true), (application.GetProperty("name").GetString(), application.GetProperty("domain").GetString(), application.GetProperty("admits").GetBoolean()));
        var policy = Assert.Single(application.GetProperty("policies").EnumerateArray());
        Assert.Equal("group 'robots'", Assert.Single(policy.GetProperty("through").EnumerateArray()).GetString());
        Assert.Equal("idle", Assert.Single(usage.GetProperty("policies").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("robots", Assert.Single(usage.GetProperty("groups").EnumerateArray()).GetProperty("name").GetString());
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"service_tokens/{Guid.NewGuid()}/usage");
    }

    [Fact]
    public async Task A_revocation_is_never_refused_and_final()
    {
        var token = await admin.DoAsync("POST", "service_tokens", """{"name":"leaked"}""");
        var group = await admin.DoAsync("POST", "groups", $$$"""{"name":"holders","include":[{"service_token":{"token_id":"{{{Id(token)}}}"}}]}""");

        var kept = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/revoke");
        Assert.False(kept.GetProperty("deleted").GetBoolean());
        Assert.Equal("group 'holders'", Assert.Single(kept.GetProperty("named_by").EnumerateArray()).GetString());
        Assert.Equal(AuthenticationStatus.Unknown, Try(token));
        Assert.True((await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", """{"enabled":true}""")).GetProperty("enabled").GetBoolean());
        Assert.Equal(AuthenticationStatus.Unknown, Try(token));
        var rotated = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate");
        Assert.Equal(AuthenticationStatus.Authenticated, Try(rotated));

        await admin.DoAsync("DELETE", $"groups/{Id(group)}");
        var gone = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/revoke", "{}");
        Assert.True(gone.GetProperty("deleted").GetBoolean());
        Assert.Empty(gone.GetProperty("named_by").EnumerateArray());
        await admin.FailAsync(HttpStatusCode.NotFound, "POST", $"service_tokens/{Id(token)}/revoke");
        await admin.FailAsync(HttpStatusCode.NotFound, "POST", "service_tokens/no-id/revoke");
    }

    private static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    private AuthenticationStatus Try(JsonElement token) => TokenAuthenticator.Authenticate(
        admin.Store.Current, token.GetProperty("client_id").GetString()!, token.GetProperty("client_secret").GetString()!, admin.Time.GetUtcNow()).Status;
}
