using System.Net;
using System.Text.Json;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Admin;

/// <summary>Rotation, refreshing, switching off and taking over, as the gateway would see them.</summary>
public sealed class TokenLifeApiTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    [Fact]
    public async Task A_rotation_with_an_overlap_keeps_both_secrets_until_its_end()
    {
        var token = await CreateAsync("overlap");

        var rotated = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate", $$"""{"previous_client_secret_expires_at":"{{In(60)}}"}""");

        Assert.Equal(token.GetProperty("client_id").GetString(), rotated.GetProperty("client_id").GetString());
        Assert.NotEqual(Secret(token), Secret(rotated));
        Assert.Equal(2, rotated.GetProperty("client_secret_version").GetInt32());
        Assert.Equal((AuthenticationStatus.Authenticated, AuthenticationStatus.Authenticated), Try(token, rotated, 59));
        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Authenticated), Try(token, rotated, 61));

        async Task<JsonValueKind> ShownAsync() =>
            (await admin.DoAsync("GET", $"service_tokens/{Id(token)}")).GetProperty("previous_client_secret_expires_at").ValueKind;
        Assert.Equal(JsonValueKind.String, await ShownAsync());
        admin.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(JsonValueKind.Null, await ShownAsync());
    }

    [Fact]
    public async Task A_rotation_without_one_ends_the_old_secret_at_once()
    {
        var token = await CreateAsync("at-once");

        var rotated = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate");

        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Authenticated), Try(token, rotated, 0));
    }

    [Theory]
    [InlineData(-7200, "would stop at once")]
    [InlineData(0, "would stop at once")]
    [InlineData(366 * 86400, "more than 365 days")]
    public async Task An_overlap_that_is_none_leaves_the_secret_as_it_is(int seconds, string why)
    {
        var token = await CreateAsync($"none {seconds}");
        var until = $"\"previous_client_secret_expires_at\":\"{In(seconds)}\"";

        var (_, rotate) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", $"service_tokens/{Id(token)}/rotate", $"{{{until}}}");
        var (_, update) = await admin.FailAsync(HttpStatusCode.BadRequest, "PUT", $"service_tokens/{Id(token)}", $"{{\"client_secret_version\":2,{until}}}");

        Assert.Contains(why, rotate, StringComparison.Ordinal);
        Assert.Contains(why, update, StringComparison.Ordinal);
        Assert.Equal(AuthenticationStatus.Authenticated, Try(token, token, 0).Old);
    }

    [Fact]
    public async Task A_second_overlap_does_not_cut_the_first_one_short()
    {
        var token = await CreateAsync("twice");
        var second = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate", $$"""{"previous_client_secret_expires_at":"{{In(60)}}"}""");

        var (_, message) = await admin.FailAsync(
            HttpStatusCode.BadRequest, "POST", $"service_tokens/{Id(token)}/rotate", $$"""{"previous_client_secret_expires_at":"{{In(120)}}"}""");

        Assert.Contains("still works, until", message, StringComparison.Ordinal);
        Assert.Equal((AuthenticationStatus.Authenticated, AuthenticationStatus.Authenticated), Try(token, second, 59));

        // Who says no end means all that there was.
        var third = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate");
        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Authenticated), Try(token, third, 0));
        Assert.Equal(AuthenticationStatus.Unknown, Try(second, third, 0).Old);
    }

    [Fact]
    public async Task A_higher_version_rotates_the_same_one_does_not_and_a_lower_one_is_refused()
    {
        var token = await CreateAsync("version");

        var rotated = await admin.DoAsync(
            "PUT", $"service_tokens/{Id(token)}", $$"""{"client_secret_version":5,"previous_client_secret_expires_at":"{{In(60)}}"}""");
        var again = await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", """{"client_secret_version":5}""");
        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "PUT", $"service_tokens/{Id(token)}", """{"client_secret_version":4}""");

        Assert.Equal((AuthenticationStatus.Authenticated, AuthenticationStatus.Authenticated), Try(token, rotated, 1));
        Assert.False(again.TryGetProperty("client_secret", out _));
        Assert.Equal(5, again.GetProperty("client_secret_version").GetInt32());
        Assert.Contains("is 5 already", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_a_secret_leaves_room_for_the_rotations_to_come()
    {
        const string Highest = """{"name":"numbered","client_secret_version":1000000}""";
        const string Beyond = """{"name":"numbered","client_secret_version":2147483647}""";
        await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "service_tokens", Beyond);
        var token = await admin.DoAsync("POST", "service_tokens", Highest);
        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "PUT", $"service_tokens/{Id(token)}", Beyond);

        var rotated = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate");

        Assert.Contains("'client_secret_version' is beyond 1000000", message, StringComparison.Ordinal);
        Assert.Equal(1000001, rotated.GetProperty("client_secret_version").GetInt32());
        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Authenticated), Try(token, rotated, 0));
    }

    [Fact]
    public async Task The_end_of_an_overlap_is_moved_but_one_that_is_over_stays_over()
    {
        var token = await CreateAsync("moved");
        var rotated = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate", $$"""{"previous_client_secret_expires_at":"{{In(60)}}"}""");

        await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", $$"""{"previous_client_secret_expires_at":"{{In(600)}}"}""");
        Assert.Equal(AuthenticationStatus.Authenticated, Try(token, rotated, 599).Old);
        await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", $$"""{"previous_client_secret_expires_at":"{{In(-1)}}"}""");
        Assert.Equal(AuthenticationStatus.Unknown, Try(token, rotated, 0).Old);
        var revived = await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", $$"""{"previous_client_secret_expires_at":"{{In(600)}}"}""");

        Assert.Equal(JsonValueKind.Null, revived.GetProperty("previous_client_secret_expires_at").ValueKind);
        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Authenticated), Try(token, rotated, 0));
    }

    [Fact]
    public async Task Switching_off_ends_the_overlap_for_good()
    {
        var token = await CreateAsync("off");
        var rotated = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/rotate", $$"""{"previous_client_secret_expires_at":"{{In(600)}}"}""");

        await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", """{"enabled":false}""");
        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Disabled), Try(token, rotated, 0));
        await admin.DoAsync("PUT", $"service_tokens/{Id(token)}", """{"enabled":true}""");

        Assert.Equal((AuthenticationStatus.Unknown, AuthenticationStatus.Authenticated), Try(token, rotated, 0));
    }

    [Fact]
    public async Task Refreshing_begins_the_lifetime_again_and_leaves_the_secret()
    {
        var token = await CreateAsync("fresh", "1h");
        var before = token.GetProperty("expires_at").GetDateTimeOffset();
        admin.Time.Advance(TimeSpan.FromMinutes(30));

        var refreshed = await admin.DoAsync("POST", $"service_tokens/{Id(token)}/refresh");

        Assert.Equal(TimeSpan.FromMinutes(30), refreshed.GetProperty("expires_at").GetDateTimeOffset() - before);
        Assert.False(refreshed.TryGetProperty("client_secret", out _));
        Assert.Equal(AuthenticationStatus.Authenticated, Try(token, token, 0).New);
    }

    [Theory]
    [InlineData("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    [InlineData("1f1e2d3c4b5a69788796a5b4c3d2e1f0", "cfast_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv")]
    public async Task A_credential_from_elsewhere_is_taken_over(string id, string secret)
    {
        var created = await admin.DoAsync("POST", "service_tokens", $$"""{"name":"taken {{id}}","client_id":"{{id}}.access","client_secret":"{{secret}}"}""");

        Assert.Equal(secret, Secret(created));
        Assert.Equal(AuthenticationStatus.Authenticated, Try(created, created, 0).New);
        await admin.FailAsync(
            HttpStatusCode.Conflict, "POST", "service_tokens", $$"""{"name":"again {{id}}","client_id":"{{id}}.access","client_secret":"{{secret}}"}""");
    }

    [Theory]
    [InlineData("POST", "service_tokens/00000000-0000-0000-0000-000000000001/rotate")]
    [InlineData("POST", "service_tokens/no-id/refresh")]
    public async Task What_does_not_exist_is_not_rotated(string method, string path)
    {
        await admin.FailAsync(HttpStatusCode.NotFound, method, path);
    }

    [Fact]
    public async Task Tokens_are_found_by_name_and_by_what_is_in_it()
    {
        await CreateAsync("filter one");
        admin.Time.Advance(TimeSpan.FromSeconds(1));
        await CreateAsync("Filter Two");

        async Task<IEnumerable<string>> NamesAsync(string query) =>
            (await admin.DoAsync("GET", $"service_tokens?{query}")).EnumerateArray().Select(item => item.GetProperty("name").GetString()!);

        Assert.Equal(["filter one"], await NamesAsync("name=filter%20one"));
        Assert.Empty(await NamesAsync("name=filter"));
        Assert.Equal(["filter one", "Filter Two"], await NamesAsync("search=FILTER"));
        var (_, page) = await admin.SendAsync("GET", "service_tokens?search=filter&per_page=1&page=2");
        Assert.Equal("Filter Two", Assert.Single(page.GetProperty("result").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(2, page.GetProperty("result_info").GetProperty("total_count").GetInt32());
    }

    private static string Id(JsonElement token) => token.GetProperty("id").GetString()!;

    private static string Secret(JsonElement token) => token.GetProperty("client_secret").GetString()!;

    private string In(int seconds) => admin.Time.GetUtcNow().AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private Task<JsonElement> CreateAsync(string name, string duration = "8760h") =>
        admin.DoAsync("POST", "service_tokens", $$"""{"name":"{{name}}","duration":"{{duration}}"}""");

    private (AuthenticationStatus Old, AuthenticationStatus New) Try(JsonElement old, JsonElement current, int seconds)
    {
        var now = admin.Time.GetUtcNow().AddSeconds(seconds);
        AuthenticationStatus Status(JsonElement token) => TokenAuthenticator.Authenticate(
            admin.Store.Current, token.GetProperty("client_id").GetString()!, Secret(token), now).Status;
        return (Status(old), Status(current));
    }
}
