using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FastProxy.Tests.Admin;

public sealed class ApplicationApiTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    private const string Everyone = """[{"everyone":{}}]""";

    [Fact]
    public async Task An_application_is_created_with_its_policies_in_order()
    {
        var (status, envelope) = await admin.SendAsync(
            "POST",
            "apps",
            $$"""
            {"type":"ssh","name":"git","domain":"Git.Example.com","origin":"ssh://10.0.0.1","unknown_field":true,"policies":[
              {"name":"first","decision":"non_identity","include":{{Everyone}}},
              {"name":"second","decision":"deny","include":{{Everyone}},"precedence":9},
              {"name":"third","decision":"bypass","include":{{Everyone}}}]}
            """);

        Assert.Equal(HttpStatusCode.Created, status);
        var app = envelope.GetProperty("result");
        Assert.Equal("git.example.com", app.GetProperty("domain").GetString());
        Assert.Equal("ssh://10.0.0.1:22", app.GetProperty("origin").GetString());
        Assert.Equal("ssh", app.GetProperty("type").GetString());
        Assert.Equal(64, app.GetProperty("aud").GetString()!.Length);
        Assert.Equal(
            [("first", 1), ("second", 9), ("third", 10)],
            app.GetProperty("policies").EnumerateArray().Select(p => (p.GetProperty("name").GetString()!, p.GetProperty("precedence").GetInt32())));
        Assert.Equal(app.ToString(), (await admin.DoAsync("GET", $"apps/{app.GetProperty("id")}")).ToString());
        Assert.Equal(app.ToString(), (await admin.DoAsync("GET", $"apps/{app.GetProperty("aud")}")).ToString());
    }

    [Fact]
    public async Task An_update_replaces_all_but_the_policies_it_does_not_speak_of()
    {
        var app = await admin.DoAsync(
            "POST", "apps", $$"""{"name":"replace","domain":"replace.example.com","origin":"tcp://h:1","policies":[{"name":"p","decision":"allow","include":{{Everyone}}}]}""");
        var id = app.GetProperty("id").GetString();

        var kept = await admin.DoAsync("PUT", $"apps/{id}", """{"name":"replaced","domain":"replace.example.com"}""");
        var emptied = await admin.DoAsync("PUT", $"apps/{id}", """{"name":"replaced","domain":"replace.example.com","policies":[]}""");

        Assert.Equal(JsonValueKind.Null, kept.GetProperty("origin").ValueKind);
        Assert.Equal(app.GetProperty("aud").GetString(), kept.GetProperty("aud").GetString());
        Assert.Equal(app.GetProperty("created_at").GetString(), kept.GetProperty("created_at").GetString());
        Assert.Equal(1, kept.GetProperty("policies").GetArrayLength());
        Assert.Equal(0, emptied.GetProperty("policies").GetArrayLength());
    }

    [Fact]
    public async Task What_was_read_can_be_written_back_unchanged()
    {
        var app = await admin.DoAsync(
            "POST",
            "apps",
            $$"""{"name":"echo","domain":"echo.example.com","self_hosted_domains":["*.echo.example.com/a"],"origin":"bastion","allowed_destinations":["10.0.0.0/8:22","*.corp:*"],"policies":[{"name":"p","decision":"allow","include":{{Everyone}}}]}""");

        var again = await admin.DoAsync("PUT", $"apps/{app.GetProperty("id")}", app.ToString());

        foreach (var field in new[] { "id", "aud", "domain", "self_hosted_domains", "destinations", "origin", "allowed_destinations", "session_duration" })
        {
            Assert.Equal(app.GetProperty(field).ToString(), again.GetProperty(field).ToString());
        }
        Assert.Equal(app.GetProperty("policies")[0].GetProperty("id").ToString(), again.GetProperty("policies")[0].GetProperty("id").ToString());
    }

    [Fact]
    public async Task Policies_are_named_by_id_and_reordered_by_their_place()
    {
        var app = await admin.DoAsync(
            "POST",
            "apps",
            $$"""{"name":"order","domain":"order.example.com","policies":[{"name":"a","decision":"allow","include":{{Everyone}}},{"name":"b","decision":"allow","include":{{Everyone}}}]}""");
        var a = app.GetProperty("policies")[0].GetProperty("id").GetString();
        var b = app.GetProperty("policies")[1].GetProperty("id").GetString();

        var turned = await admin.DoAsync("PUT", $"apps/{app.GetProperty("id")}", $$"""{"name":"order","domain":"order.example.com","policies":["{{b}}",{"id":"{{a}}"}]}""");

        Assert.Equal(["b", "a"], turned.GetProperty("policies").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_policy_that_changes_while_a_request_names_it_is_not_changed_back()
    {
        var app = await admin.DoAsync(
            "POST",
            "apps",
            $$"""{"name":"race","domain":"race.example.com","policies":[{"name":"a","decision":"bypass","include":{{Everyone}}},{"name":"b","decision":"allow","include":{{Everyone}}}]}""");
        var path = $"apps/{app.GetProperty("id")}";
        var a = app.GetProperty("policies")[0].GetProperty("id").GetString();
        var b = app.GetProperty("policies")[1].GetProperty("id").GetString();
        var order = $$"""{"name":"race","domain":"race.example.com","policies":["{{b}}","{{a}}"]}""";

        // The server asks for the body when it has looked the application up. It gives a body up that comes too slowly, and by its mean: a
        // good part of it comes at once.
        var blank = new string(' ', 64 * 1024);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(admin.SocketPath));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"PUT /client/v4/accounts/{new string('0', 32)}/access/{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {blank.Length + order.Length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"));
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(blank));
        await admin.DoAsync("PUT", $"{path}/policies/{a}", $$"""{"name":"a","decision":"deny","include":{{Everyone}}}""");
        await admin.DoAsync("DELETE", $"{path}/policies/{b}");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(order));
        Assert.Contains("HTTP/1.1 200 OK", await reader.ReadToEndAsync(), StringComparison.Ordinal);

        var policy = Assert.Single((await admin.DoAsync("GET", path)).GetProperty("policies").EnumerateArray());
        Assert.Equal(("a", "deny", 2), (policy.GetProperty("name").GetString(), policy.GetProperty("decision").GetString(), policy.GetProperty("precedence").GetInt32()));
    }

    [Fact]
    public async Task What_is_taken_however_deep_can_be_shown()
    {
        static string Body(int depth) => $$"""
            {"name":"deep","domain":"deep.example.com","tags":{{Nested(depth)}},"policies":[
              {"name":"p","decision":"allow","include":{{Everyone}},"approval_groups":{{Nested(depth - 2)}}}]}
            """;
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);

        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "apps", Body(32));
        var app = await admin.DoAsync("POST", "apps", Body(31));

        Assert.Contains("nested more than 32 deep", message, StringComparison.Ordinal);
        Assert.Contains(
            (await admin.DoAsync("GET", "apps")).EnumerateArray(), shown => shown.TryGetProperty("tags", out var tags) && tags.ToString() == Nested(31));
        await admin.DoAsync("DELETE", $"apps/{app.GetProperty("id")}");
    }

    [Fact]
    public async Task The_domains_of_an_application_are_counted_before_they_are_compared()
    {
        static string Body(int count) =>
            $$"""{"name":"many","self_hosted_domains":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"d{i}.many.example.com\""))}}]}""";

        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "apps", Body(1001));
        var app = await admin.DoAsync("POST", "apps", Body(1000));

        Assert.Contains("more than 1000 domains", message, StringComparison.Ordinal);
        Assert.Equal(1000, app.GetProperty("self_hosted_domains").GetArrayLength());
        await admin.DoAsync("DELETE", $"apps/{app.GetProperty("id")}");
    }

    [Fact]
    public async Task A_deleted_application_answers_with_its_id_and_is_gone()
    {
        var id = (await admin.DoAsync("POST", "apps", """{"name":"gone","domain":"gone.example.com"}""")).GetProperty("id").GetString();

        var (status, envelope) = await admin.SendAsync("DELETE", $"apps/{id}");

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(id, envelope.GetProperty("result").GetProperty("id").GetString());
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"apps/{id}");
        await admin.FailAsync(HttpStatusCode.NotFound, "PUT", $"apps/{id}", "{}");
        await admin.FailAsync(HttpStatusCode.NotFound, "DELETE", $"apps/{id}");
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"apps/{id}/policies");
    }

    [Fact]
    public async Task A_domain_and_a_name_are_taken_once()
    {
        await admin.DoAsync("POST", "apps", """{"name":"mine","domain":"mine.example.com"}""");

        await admin.FailAsync(HttpStatusCode.Conflict, "POST", "apps", """{"name":"other","domain":"mine.example.com"}""");
        await admin.FailAsync(HttpStatusCode.Conflict, "POST", "apps", """{"name":"mine","domain":"other.example.com"}""");
    }

    [Theory]
    [InlineData("{}", "'domain' is missing")]
    [InlineData("""{"domain":"a.example.com","type":"saas"}""", "the type 'saas'")]
    [InlineData("""{"domain":"a.example.com:22"}""", "names a port")]
    [InlineData("""{"domain":"a.example.com","origin":"ftp://h"}""", "the origin 'ftp://h'")]
    [InlineData("""{"domain":"a.example.com","origin":7}""", "'origin' is not text")]
    [InlineData("""{"domain":"a.example.com","allowed_destinations":["x"]}""", "the destination 'x'")]
    [InlineData("""{"domain":"a.example.com","allowed_destinations":[1]}""", "not a list of texts")]
    [InlineData("""{"domain":"a.example.com","self_hosted_domains":"x"}""", "'self_hosted_domains' is not a list")]
    [InlineData("""{"destinations":[{"type":"private","cidr":"10.0.0.0/8"}]}""", "'domain' is missing")]
    [InlineData("""{"domain":"a.example.com","destinations":[{"type":"worker"}]}""", "'destinations' takes")]
    [InlineData("""{"domain":"a.example.com","destinations":[1]}""", "'destinations' takes")]
    [InlineData("""{"domain":"a.example.com","allow_iframe":"yes"}""", "'allow_iframe' is not true or false")]
    [InlineData("""{"domain":"a.example.com","tags":{}}""", "'tags' is not a list")]
    [InlineData("""{"domain":"a.example.com","type":"telnet"}""", "is none of self_hosted")]
    [InlineData("""{"domain":"a.example.com","policies":[1]}""", "neither an id nor a policy")]
    [InlineData("""{"domain":"a.example.com","policies":["00000000-0000-0000-0000-000000000001"]}""", "there is no policy")]
    [InlineData("""{"domain":"a.example.com","policies":[{"name":"p","decision":"maybe","include":[{"everyone":{}}]}]}""", "the decision 'maybe'")]
    [InlineData("""{"domain":"a.example.com","policies":[{"name":"p","decision":"allow","include":[{"everyone":{},"ip":{}}]}]}""", "exactly one key")]
    [InlineData("""{"domain":"a.example.com","policies":[{"name":"p","decision":"allow","include":[]}]}""", "include")]
    [InlineData("""{"domain":"a.example.com","policies":[{"name":"p","decision":"allow","include":[{"group":{"id":"00000000-0000-0000-0000-000000000001"}}]}]}""", "group")]
    [InlineData("""{"domain":"a.example.com","policies":[{"name":"p","decision":"allow","precedence":3,"include":[{"everyone":{}}]},{"name":"q","decision":"allow","precedence":3,"include":[{"everyone":{}}]}]}""", "precedence")]
    public async Task What_is_not_valid_creates_nothing(string body, string expected)
    {
        var before = (await admin.DoAsync("GET", "apps")).GetArrayLength();

        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "apps", body);

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Equal(before, (await admin.DoAsync("GET", "apps")).GetArrayLength());
    }

    [Fact]
    public async Task Policies_are_added_changed_and_removed_one_by_one()
    {
        var app = (await admin.DoAsync("POST", "apps", """{"name":"one-by-one","domain":"one.example.com"}""")).GetProperty("id").GetString();
        var (status, envelope) = await admin.SendAsync("POST", $"apps/{app}/policies", $$"""{"name":"p","decision":"allow","include":{{Everyone}}}""");
        Assert.Equal(HttpStatusCode.Created, status);
        var first = envelope.GetProperty("result");
        await admin.DoAsync("POST", $"apps/{app}/policies", $$"""{"name":"q","decision":"deny","include":{{Everyone}}}""");
        var id = first.GetProperty("id").GetString();

        var changed = await admin.DoAsync(
            "PUT", $"apps/{app}/policies/{id}", """{"name":"p2","decision":"non_identity","include":[{"ip":{"ip":"10.1.2.3/8"}}],"require":[{"any_valid_service_token":{}}],"exclude":[{"ip":{"ip":"::1"}}]}""");
        var (removed, _) = await admin.SendAsync("DELETE", $"apps/{app}/policies/{id}");

        Assert.Equal(1, changed.GetProperty("precedence").GetInt32());
        Assert.Equal("""[{"ip":{"ip":"10.0.0.0/8"}}]""", changed.GetProperty("include").GetRawText());
        Assert.Equal("non_identity", changed.GetProperty("decision").GetString());
        Assert.Equal(HttpStatusCode.Accepted, removed);
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"apps/{app}/policies/{id}");
        await admin.FailAsync(HttpStatusCode.NotFound, "PUT", $"apps/{app}/policies/{id}", "{}");
        await admin.FailAsync(HttpStatusCode.BadRequest, "POST", $"apps/{app}/policies", """{"name":"r","decision":"allow","include":[{"okta":{"name":"ops"}}]}""");
        Assert.Equal("q", Assert.Single((await admin.DoAsync("GET", $"apps/{app}/policies")).EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Groups_are_created_changed_and_deleted()
    {
        var (status, envelope) = await admin.SendAsync("POST", "groups", $$"""{"name":"g","include":{{Everyone}}}""");
        Assert.Equal(HttpStatusCode.Created, status);
        var id = envelope.GetProperty("result").GetProperty("id").GetString();
        Assert.Equal(JsonValueKind.Array, envelope.GetProperty("result").GetProperty("is_default").ValueKind);

        var changed = await admin.DoAsync("PUT", $"groups/{id}", """{"name":"g2","include":[{"ip":{"ip":"192.0.2.1"}}]}""");
        await admin.FailAsync(HttpStatusCode.BadRequest, "PUT", $"groups/{id}", $$$"""{"name":"g2","include":[{"group":{"id":"{{{id}}}"}}]}""");
        await admin.FailAsync(HttpStatusCode.BadRequest, "POST", "groups", """{"name":"none","include":[]}""");
        await admin.FailAsync(HttpStatusCode.Conflict, "POST", "groups", $$"""{"name":"g2","include":{{Everyone}}}""");
        var (deleted, _) = await admin.SendAsync("DELETE", $"groups/{id}");

        Assert.Equal("g2", changed.GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.Accepted, deleted);
        await admin.FailAsync(HttpStatusCode.NotFound, "GET", $"groups/{id}");
        await admin.FailAsync(HttpStatusCode.NotFound, "DELETE", $"groups/{id}");
        await admin.FailAsync(HttpStatusCode.NotFound, "PUT", $"groups/{id}", "{}");
    }

    [Fact]
    public async Task A_group_that_rules_name_is_not_deleted()
    {
        var id = (await admin.DoAsync("POST", "groups", $$"""{"name":"named","include":{{Everyone}}}""")).GetProperty("id").GetString();
        await admin.DoAsync("POST", "apps", $$$"""{"name":"names-it","domain":"names.example.com","policies":[{"name":"p","decision":"allow","include":[{"group":{"id":"{{{id}}}"}}]}]}""");

        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "DELETE", $"groups/{id}");

        Assert.Contains("names-it", message, StringComparison.Ordinal);
    }
}
