using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Admin;

/// <summary>The TCP address: who may do what there.</summary>
public sealed class AdminAddressTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    private const string Account = "/client/v4/accounts/0123456789abcdef0123456789abcdef";

    private readonly HttpClient _http = new();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer fpat_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Basic YTpi")]
    public async Task Nothing_is_told_without_a_token(string? authorization)
    {
        foreach (var path in new[] { $"{Account}/access/apps", "/openapi.json", "/nothing", "/" })
        {
            var (status, envelope) = await SendAsync("GET", path, authorization);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Equal(10000, envelope.GetProperty("errors")[0].GetProperty("code").GetInt32());
        }
    }

    [Fact]
    public async Task An_address_in_use_is_named_by_its_place_in_the_configuration()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = (IPEndPoint)taken.LocalEndpoint;
        using var directory = new TemporaryDirectory();
        await using var second = new AdminServer(directory.Data, admin.Store, NullLoggerFactory.Instance, TimeProvider.System, new AdminListener(address, null));
        var refused = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(CancellationToken.None));
        Assert.Equal($"admin: {address} is in use by another process", refused.Message);
    }

    [Fact]
    public async Task A_token_may_do_what_its_scope_says_until_it_ends()
    {
        var read = await TokenAsync("""{"name":"reader","duration":"1h"}""");
        var write = await TokenAsync("""{"name":"writer","scope":"write"}""");
        Assert.StartsWith("fpat_", read.Value, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", $"{Account}/access/apps", $"Bearer {read.Value}")).Status);
        var (status, envelope) = await SendAsync("POST", $"{Account}/access/service_tokens", $"bearer {read.Value}", """{"name":"no"}""");
        Assert.Equal((HttpStatusCode.Forbidden, 9109), (status, envelope.GetProperty("errors")[0].GetProperty("code").GetInt32()));
        Assert.Equal(HttpStatusCode.Created, (await SendAsync("POST", $"{Account}/access/service_tokens", $"Bearer {write.Value}", """{"name":"yes"}""")).Status);
        var (_, verified) = await SendAsync("GET", "/client/v4/user/tokens/verify", $"Bearer {read.Value}");
        Assert.Equal((read.Id, "active"), (verified.GetProperty("result").GetProperty("id").GetString(), verified.GetProperty("result").GetProperty("status").GetString()));

        await admin.DoAsync("DELETE", $"{Account}/tokens/{write.Id}");
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", $"{Account}/access/apps", $"Bearer {write.Value}")).Status);
        admin.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", $"{Account}/access/apps", $"Bearer {read.Value}")).Status);
        Assert.Contains(
            (await admin.DoAsync("GET", $"{Account}/tokens")).EnumerateArray(),
            token => token.GetProperty("name").GetString() == "reader" && token.GetProperty("status").GetString() == "expired" && !token.TryGetProperty("value", out _));
    }

    [Theory]
    [InlineData("""{}""", "'name' is missing")]
    [InlineData("""{"name":"t","scope":"admin"}""", "neither read nor write")]
    [InlineData("""{"name":"t","policies":[]}""", "'policies' has no meaning")]
    [InlineData("""{"name":"t","expires_on":"2001-01-01T00:00:00Z"}""", "would not live")]
    [InlineData("""{"name":"t","duration":"1h","expires_on":"2100-01-01T00:00:00Z"}""", "twice")]
    public async Task A_token_that_is_not_valid_is_not_made(string body, string expected)
    {
        var (_, message) = await admin.FailAsync(HttpStatusCode.BadRequest, "POST", $"{Account}/tokens", body);

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_makes_none_that_outlives_it()
    {
        var hour = await TokenAsync("""{"name":"an hour","scope":"write","duration":"1h"}""");
        Task<(HttpStatusCode Status, JsonElement Envelope)> CreateAsync(string body) => SendAsync("POST", $"{Account}/tokens", $"Bearer {hour.Value}", body);

        var (longer, refusal) = await CreateAsync("""{"name":"longer","scope":"write","duration":"61m"}""");
        var (_, shorter) = await CreateAsync("""{"name":"shorter","scope":"write","duration":"59m"}""");
        var (_, unsaid) = await CreateAsync("""{"name":"unsaid","scope":"write"}""");

        Assert.Equal(HttpStatusCode.BadRequest, longer);
        Assert.Contains("would outlive", refusal.ToString(), StringComparison.Ordinal);
        var now = admin.Time.GetUtcNow();
        Assert.Equal(now.AddMinutes(59), shorter.GetProperty("result").GetProperty("expires_on").GetDateTimeOffset());
        Assert.Equal(now.AddHours(1), unsaid.GetProperty("result").GetProperty("expires_on").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("evil.example.com", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.2", HttpStatusCode.MisdirectedRequest)]
    [InlineData("[::1]", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example.com", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:8443", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    public async Task A_request_for_another_host_is_turned_away(string host, HttpStatusCode expected)
    {
        var token = await TokenAsync($$"""{"name":"host {{host}}"}""");

        var (status, envelope) = await SendAsync("GET", $"{Account}/access/apps", $"Bearer {token.Value}", host: host);

        Assert.Equal(expected, status);
        Assert.Equal(expected == HttpStatusCode.OK, envelope.GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task The_document_names_every_route_and_no_other()
    {
        var (_, document) = await admin.SendAsync("GET", "/openapi.json");

        var described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(admin.Routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_document_refers_to_nothing_that_it_does_not_have()
    {
        var (_, document) = await admin.SendAsync("GET", "/openapi.json");

        foreach (var reference in References(document))
        {
            var place = document;
            foreach (var step in reference.Split('/').Skip(1))
            {
                Assert.True(place.TryGetProperty(step, out place), reference);
            }
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(field => field.Name == "$ref" ? [field.Value.GetString()!] : References(field.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private async Task<(string Id, string Value)> TokenAsync(string body)
    {
        var token = await admin.DoAsync("POST", $"{Account}/tokens", body);
        return (token.GetProperty("id").GetString()!, token.GetProperty("value").GetString()!);
    }

    private async Task<(HttpStatusCode Status, JsonElement Envelope)> SendAsync(
        string method, string path, string? authorization, string? body = null, string? host = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), admin.Url + path);
        request.Headers.Host = host;
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        }
        using var response = await _http.SendAsync(request);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return (response.StatusCode, document.RootElement.Clone());
    }
}
