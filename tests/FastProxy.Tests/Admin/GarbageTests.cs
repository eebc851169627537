using System.Net;
using System.Text.Json;

namespace FastProxy.Tests.Admin;

/// <summary>Every route that takes a body is given bodies that no client would send. What comes back is an envelope, and never our fault.</summary>
public sealed class GarbageTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    private const string Account = "/client/v4/accounts/0123456789abcdef0123456789abcdef";

    internal static readonly string[] Values =
    [
        "null", "true", "-1", "1e400", "99999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"", "[]", "[null]", "[[[]]]", "[1]", "{}", "{\"id\":{}}", "[{\"\":{}}]",
        "\"9999-12-31T23:59:59.9999999+14:00\"", "\"0001-01-01T00:00:00-14:00\"", "[{\"service_token\":{\"token_id\":7}}]", "\"9223372036854775807h\"",
    ];

    internal static readonly string[] Fields =
    [
        "name", "duration", "enabled", "client_id", "client_secret", "client_secret_version", "previous_client_secret_expires_at", "type", "domain",
        "destinations", "self_hosted_domains", "origin", "allowed_destinations", "session_duration", "read_service_tokens_from_header", "policies",
        "cors_headers", "tags", "allow_iframe", "decision", "include", "require", "exclude", "precedence", "approval_groups", "is_default", "auth_domain",
        "service_token_inactivity", "strict_service_token_auth", "items", "append", "remove", "description", "scope", "expires_on",
    ];

    [Fact]
    public async Task No_body_is_answered_with_500()
    {
        var token = (await admin.DoAsync("POST", "service_tokens", """{"name":"t"}""")).GetProperty("id").GetString()!;
        var list = (await admin.DoAsync("POST", $"{Account}/gateway/lists", """{"name":"l","type":"IP"}""")).GetProperty("id").GetString()!;
        var group = (await admin.DoAsync("POST", "groups", """{"name":"g","include":[{"everyone":{}}]}""")).GetProperty("id").GetString()!;
        var reusable = (await admin.DoAsync("POST", "policies", """{"name":"r","decision":"allow","include":[{"everyone":{}}]}""")).GetProperty("id").GetString()!;
        var app = await admin.DoAsync("POST", "apps", """{"name":"a","domain":"a.example.com","policies":[{"name":"p","decision":"allow","include":[{"everyone":{}}]}]}""");
        var policy = app.GetProperty("policies")[0].GetProperty("id").GetString()!;
        string Id(string path) =>
            path.Contains("/apps/", StringComparison.Ordinal) ? policy
            : path.Contains("service_tokens", StringComparison.Ordinal) ? token
            : path.Contains("lists", StringComparison.Ordinal) ? list
            : path.Contains("groups", StringComparison.Ordinal) ? group
            : reusable;
        var routes = admin.Routes.Select(route => route.Split(' ')).Where(route => route[0] is "POST" or "PUT" or "PATCH").ToList();
        Assert.True(routes.Count > 15);
        var count = 0;

        foreach (var route in routes)
        {
            var path = route[1].Replace("{account_id}", Account[^32..], StringComparison.Ordinal)
                .Replace("{app}", app.GetProperty("id").GetString(), StringComparison.Ordinal)
                .Replace("{id}", Id(route[1]), StringComparison.Ordinal);
            foreach (var field in Fields)
            {
                // Valid but for one field, so that reading goes as far as that one.
                var value = Values[count++ % Values.Length];
                var rest = new Dictionary<string, string>
                {
                    ["name"] = $"\"n{count}\"",
                    ["decision"] = "\"allow\"",
                    ["include"] = """[{"everyone":{}}]""",
                    ["domain"] = $"\"d{count}.example.com\"",
                };
                rest[field] = value;
                var body = $"{{{string.Join(',', rest.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}";

                var (status, envelope) = await admin.SendAsync(route[0], path, body);

                Assert.True(status < HttpStatusCode.InternalServerError, $"{route[0]} {path} {body}: {status}");
                Assert.Equal(status < HttpStatusCode.BadRequest, envelope.GetProperty("success").GetBoolean());
            }
        }

        Assert.Equal(JsonValueKind.Array, (await admin.DoAsync("GET", "apps")).ValueKind);
    }
}
