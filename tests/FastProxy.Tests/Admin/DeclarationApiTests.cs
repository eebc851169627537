using System.Net;
using System.Text.Json;

namespace FastProxy.Tests.Admin;

/// <summary><c>…/access/declaration</c>, against a real store.</summary>
public sealed class DeclarationApiTests : IAsyncLifetime
{
    private const string Whole =
        """
        {"groups":[
           {"name":"machines","include":[{"service_token":{"token_id":"ci"}},{"group":{"id":"office"}}]},
           {"name":"office","include":[{"ip":{"ip":"10.0.0.0/8"}}]}],
         "policies":[{"name":"people","decision":"allow","include":[{"everyone":{}}]}],
         "applications":[
           {"name":"git","domain":"git.example.com","origin":"ssh://10.0.0.5:22","policies":[
              {"name":"machines","decision":"non_identity","include":[{"group":{"id":"machines"}}]},
              "people"]},
           {"name":"db","domain":"db.example.com","self_hosted_domains":["db.example.com","sql.example.com"],"origin":"tcp://10.0.0.6:5432"}]}
        """;

    private readonly RunningAdmin _admin = new();

    public async Task InitializeAsync()
    {
        await _admin.InitializeAsync();
        await _admin.DoAsync("POST", "service_tokens", """{"name":"ci"}""");
        await _admin.DoAsync("POST", "service_tokens", """{"name":"backup"}""");
    }

    public Task DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task A_declaration_creates_what_there_is_not_and_names_every_object()
    {
        var changes = await ApplyAsync(Whole);

        Assert.Equal(
            [
                "create group machines", "create group office", "create policy people",
                "create application git", "create policy git/machines", "create policy git/people", "create application db",
            ],
            changes);
        var git = _admin.Store.Current.Applications.Single(application => application.Name == "git");
        Assert.Equal([("machines", 1, false), ("people", 2, true)], git.Policies.Select(policy => (policy.Name, policy.Precedence, policy.IsReusable)));
    }

    [Fact]
    public async Task Applied_twice_it_changes_nothing_and_nothing_is_written()
    {
        await ApplyAsync(Whole);
        var before = _admin.Store.Current;
        _admin.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(await ApplyAsync(Whole));

        Assert.Same(before, _admin.Store.Current);
    }

    [Fact]
    public async Task What_it_answers_when_it_is_asked_is_what_was_applied()
    {
        await ApplyAsync(Whole);

        var shown = await _admin.DoAsync("GET", "declaration");

        using var whole = JsonDocument.Parse(Whole);
        Assert.Equal(Sorted(whole.RootElement, "groups"), Sorted(shown, "groups"));
        Assert.Equal(Sorted(whole.RootElement, "policies"), Sorted(shown, "policies"));
        Assert.True(JsonElement.DeepEquals(Named(whole.RootElement, "db"), Named(shown, "db")));
        // A reusable policy may be named in two ways, and is shown in one.
        Assert.Equal("""[{"name":"machines","decision":"non_identity","include":[{"group":{"id":"machines"}}]},{"id":"people"}]""", Named(shown, "git").GetProperty("policies").GetRawText());
        Assert.Empty(await ApplyAsync(shown.GetRawText()));
    }

    [Fact]
    public async Task What_it_answers_can_be_applied_however_long_it_is()
    {
        var groups = Enumerable.Range(0, 12_000).Select(i => $$$"""{"name":"{{{i:D6}}} {{{new string('x', 60)}}}","include":[{"everyone":{}}]}""");
        var whole = $$"""{"groups":[{{string.Join(',', groups)}}]}""";
        Assert.InRange(whole.Length, FastProxy.Admin.AdminServer.MaxBodyBytes, FastProxy.Admin.AdminServer.MaxDeclarationBytes);
        Assert.Equal(12_000, (await ApplyAsync(whole)).Count);

        Assert.Empty(await ApplyAsync((await _admin.DoAsync("GET", "declaration")).GetRawText()));

        var tooLong = new byte[FastProxy.Admin.AdminServer.MaxDeclarationBytes + 1];
        Array.Fill(tooLong, (byte)' ');
        var (_, message) = await _admin.FailAsync(HttpStatusCode.RequestEntityTooLarge, "PUT", "declaration", tooLong);
        Assert.Contains($"{FastProxy.Admin.AdminServer.MaxDeclarationBytes} bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_changed_keeps_its_identity_and_what_is_not_listed_goes()
    {
        await ApplyAsync(Whole);
        var before = _admin.Store.Current.Applications.Single(application => application.Name == "git");

        var changes = await ApplyAsync(
            """
            {"applications":[{"name":"git","domain":"git.example.com","origin":"ssh://10.0.0.7:22","policies":[
               {"name":"machines","decision":"non_identity","include":[{"group":{"id":"machines"}},{"service_token":{"token_id":"backup"}}]}]}]}
            """);

        Assert.Equal(["update application git", "update policy git/machines", "delete policy git/people", "delete application db"], changes);
        var after = Assert.Single(_admin.Store.Current.Applications);
        Assert.Equal((before.Id, before.Aud, before.CreatedAt), (after.Id, after.Aud, after.CreatedAt));
        Assert.Equal(before.Policies[0].Id, Assert.Single(after.Policies).Id);

        // Kinds that the declaration does not speak of stay.
        Assert.Equal(2, _admin.Store.Current.Groups.Length);
        Assert.Equal("people", Assert.Single(_admin.Store.Current.ReusablePolicies).Name);
        Assert.Equal(2, _admin.Store.Current.Tokens.Length);
    }

    [Fact]
    public async Task Only_what_differs_has_a_new_time_of_change()
    {
        await ApplyAsync(Whole);
        var before = _admin.Store.Current;
        _admin.Time.Advance(TimeSpan.FromMinutes(1));

        await ApplyAsync(Whole.Replace("10.0.0.0/8", "10.0.0.0/9", StringComparison.Ordinal));

        var after = _admin.Store.Current;
        Assert.Equal(["office"], after.Groups.Where(group => group.UpdatedAt == _admin.Time.GetUtcNow()).Select(group => group.Name));
        Assert.True(before.Applications.SequenceEqual(after.Applications));
        Assert.True(before.ReusablePolicies.SequenceEqual(after.ReusablePolicies));
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_writes_nothing()
    {
        var before = _admin.Store.Current;

        var result = await _admin.DoAsync("PUT", "declaration?dry_run=true", Whole);

        Assert.Same(before, _admin.Store.Current);
        Assert.True(result.GetProperty("dry_run").GetBoolean());
        Assert.Equal(Describe(result), await ApplyAsync(Whole));
    }

    [Fact]
    public async Task A_dry_run_that_is_misspelled_is_no_wet_one()
    {
        var (_, message) = await _admin.FailAsync(HttpStatusCode.BadRequest, "PUT", "declaration?dry_run=yes", Whole);

        Assert.EndsWith("dry_run is true or false", message, StringComparison.Ordinal);
        Assert.Empty(_admin.Store.Current.Applications);
    }

    [Fact]
    public async Task Changes_name_the_fields_with_their_values_before_and_after()
    {
        await ApplyAsync(Whole);

        var result = await _admin.DoAsync("PUT", "declaration", """{"groups":[{"name":"office","include":[{"ip":{"ip":"10.0.0.0/8"}}]},{"name":"machines","include":[{"service_token":{"token_id":"backup"}}]}]}""");

        Assert.Equal(
            """[{"change":"update","kind":"group","name":"machines","fields":[{"name":"include","before":[{"service_token":{"token_id":"ci"}},{"group":{"id":"office"}}],"after":[{"service_token":{"token_id":"backup"}}]}]}]""",
            result.GetProperty("changes").GetRawText());
    }

    [Theory]
    [InlineData("""{}""", "", "nothing is declared: expected groups, policies or applications")]
    [InlineData("""{"groups":null}""", "/groups", "'groups' is not a list: [] removes all of them, and without the key they stay as they are")]
    [InlineData("""{"grups":[]}""", "/grups", "there is no field 'grups', did you mean 'groups'?")]
    [InlineData("""{"service_tokens":[],"groups":[]}""", "/service_tokens", "there is no field 'service_tokens', known here: groups, policies, applications")]
    [InlineData("""{"groups":["x"]}""", "/groups/0", "an entry of 'groups' is not an object")]
    [InlineData("""{"groups":[{}]}""", "/groups/0", "'name' is missing")]
    [InlineData("""{"groups":[{"name":7}]}""", "/groups/0/name", "'name' is not text")]
    [InlineData("""{"groups":[{"name":" x","include":[{"everyone":{}}]}]}""", "/groups/0", "the group ' x': the name begins or ends with a blank")]
    [InlineData("""{"groups":[{"name":"g","include":[]}]}""", "/groups/0", "the group 'g': at least one include rule is needed")]
    [InlineData("""{"groups":[{"name":"g","exlude":[],"include":[{"everyone":{}}]}]}""", "/groups/0/exlude", "there is no field 'exlude', did you mean 'exclude'?")]
    [InlineData("""{"groups":[{"name":"g","include":[{"everyone":{}}]},{"name":"g","include":[{"everyone":{}}]}]}""", "/groups/1/name", "the name 'g' is there twice under 'groups'")]
    [InlineData("""{"groups":[{"name":"g","include":[{"everyone":{}},{"service_token":{"token_id":"cii"}}]}]}""", "/groups/0/include/1", "there is no service token 'cii', did you mean 'ci'?")]
    [InlineData("""{"groups":[{"name":"g","include":[{"service_token":{"token_id":"xyz"}}]}]}""", "/groups/0/include/0", "there is no service token 'xyz': tokens are created by themselves, since their secrets belong in no file")]
    [InlineData("""{"groups":[{"name":"g","include":[{"ip":{"ip":"10.0.0.0/99"}}]}]}""", "/groups/0/include/0", null)]
    [InlineData("""{"groups":[{"name":"g","include":[{"group":{"id":"g"}}]}]}""", "/groups/0", "the group 'g' would contain itself")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":["nobody"]}]}""", "/applications/0/policies/0", "there is no reusable policy 'nobody'")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":[{"id":"nobody"}]}]}""", "/applications/0/policies/0/id", "there is no reusable policy 'nobody'")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":[7]}]}""", "/applications/0/policies/0", "an entry of 'policies' is neither the name of a reusable policy nor a policy")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":{}}]}""", "/applications/0/policies", "'policies' is not a list: [] is none")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":[{"name":"p","decision":"alow","include":[{"everyone":{}}]}]}]}""", "/applications/0/policies/0/decision", "the decision 'alow' is none of allow, deny, bypass, non_identity")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":[{"name":"p","decision":"service-auth","include":[{"everyone":{}}]}]}]}""", "/applications/0/policies/0/decision", "the decision 'service-auth' is none of allow, deny, bypass, non_identity: 'service-auth' is 'non_identity' here")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":[{"name":"p","decision":"deny","precedence":2,"include":[{"everyone":{}}]},{"name":"q","decision":"deny","precedence":2,"include":[{"everyone":{}}]}]}]}""", "/applications/0", "the application 'a': policy precedences must be unique, and at least 1")]
    [InlineData("""{"applications":[{"name":"a"}]}""", "/applications/0", "'domain' is missing")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","origin":"ssh:"}]}""", "/applications/0/origin", null)]
    [InlineData("""{"groups":[{"name":"g","include":[{"everyone":{}}],"policies":[]}]}""", "/groups/0/policies", null)]
    [InlineData("""{"policies":[{"name":"p","decision":"deny","include":[{"everyone":{}}],"policies":["q"]}]}""", "/policies/0/policies", null)]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":[{"name":"p","decision":"deny","include":[{"everyone":{}}],"policies":[]}]}]}""", "/applications/0/policies/0/policies", null)]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","policies":null}]}""", "/applications/0/policies", "'policies' is not a list: [] is none")]
    [InlineData("""{"applications":[{"name":"a","domain":"a.example.com","origin":null}]}""", "/applications/0/origin", null)]
    [InlineData("""{"groups":[{"name":"g","include":[{"everyone":{}}],"exclude":null}]}""", "/groups/0/exclude", "there is nothing behind 'exclude': leave it out, or say what it is")]
    [InlineData("""{"policies":[{"name":"p","decision":"deny","include":[{"everyone":{}}],"require":null}]}""", "/policies/0/require", null)]
    [InlineData("""{"policies":[{"name":"p","decision":"deny","precedence":1,"include":[{"everyone":{}}]}]}""", "/policies/0/precedence", null)]
    public async Task What_is_wrong_is_told_with_its_place_and_nothing_is_written(string declaration, string pointer, string? message)
    {
        var before = _admin.Store.Current;

        var (status, envelope) = await _admin.SendAsync("PUT", "declaration", declaration);

        var error = Assert.Single(envelope.GetProperty("errors").EnumerateArray());
        Assert.Equal((HttpStatusCode.BadRequest, pointer), (status, error.GetProperty("source").GetProperty("pointer").GetString()));
        Assert.StartsWith("access.api.error.invalid_request: ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        if (message is not null)
        {
            Assert.EndsWith($"_request: {message}", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        Assert.Same(before, _admin.Store.Current);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var (_, envelope) = await _admin.SendAsync(
            "PUT", "declaration", """{"groups":[{"name":"a","include":[{"group":{"id":"b"}}]},{"name":"c","includes":[]}],"applications":[{"name":"x"}]}""");

        Assert.Equal(
            ["/groups/0/include/0", "/groups/1/includes", "/applications/0"],
            envelope.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("source").GetProperty("pointer").GetString()));
    }

    [Fact]
    public async Task A_domain_that_two_applications_declare_is_a_conflict()
    {
        var (status, envelope) = await _admin.SendAsync(
            "PUT", "declaration", """{"applications":[{"name":"a","domain":"x.example.com"},{"name":"b","domain":"x.example.com"}]}""");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Matches("/applications/[01]", envelope.GetProperty("errors")[0].GetProperty("source").GetProperty("pointer").GetString());
        Assert.Empty(_admin.Store.Current.Applications);
    }

    [Fact]
    public async Task A_group_that_is_left_out_and_named_elsewhere_refuses_everything()
    {
        await ApplyAsync(Whole);
        var before = _admin.Store.Current;

        var (code, message) = await _admin.FailAsync(HttpStatusCode.BadRequest, "PUT", "declaration", """{"groups":[{"name":"new","include":[{"everyone":{}}]}]}""");

        Assert.Equal(12139, code);
        Assert.EndsWith("the group 'machines', which would be removed, is named by application 'git' policy 'machines'", message, StringComparison.Ordinal);
        Assert.Same(before, _admin.Store.Current);
    }

    [Fact]
    public async Task A_group_that_is_left_out_and_named_in_the_declaration_is_told_where()
    {
        await ApplyAsync(Whole);

        var (_, envelope) = await _admin.SendAsync("PUT", "declaration", """{"groups":[{"name":"new","include":[{"group":{"id":"office"}}]}]}""");

        Assert.EndsWith(
            "the group 'office' would be removed: it is not among those that are declared",
            envelope.GetProperty("errors")[0].GetProperty("message").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_without_an_effect_and_keys_given_twice_do_no_harm()
    {
        var declaration =
            """
            {"applications":[{"name":"a","name":"a","domain":"a.example.com","cors_headers":{"x":1,"x":2},"tags":["t"],
              "policies":[{"name":"p","decision":"deny","approval_required":true,"include":[{"everyone":{}}]}]}]}
            """;
        await ApplyAsync(declaration);

        Assert.Empty(await ApplyAsync(declaration));
        Assert.Contains("approval_required", (await _admin.DoAsync("GET", "declaration")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_declaration_is_answered_with_500()
    {
        await ApplyAsync(Whole);
        foreach (var field in GarbageTests.Fields)
        {
            foreach (var value in GarbageTests.Values)
            {
                // Last, where a key that is there twice counts.
                var policy = $$"""{"name":"machines","decision":"allow","include":[{"everyone":{} }],"{{field}}":{{value}} }""";
                var declaration =
                    $$"""
                    {"groups":[{"name":"machines","include":[{"everyone":{} }],"{{field}}":{{value}} }],"policies":[{{policy}}],
                     "applications":[{"name":"git","domain":"git.example.com","policies":[{{policy}}],"{{field}}":{{value}} }]}
                    """;

                var (status, envelope) = await _admin.SendAsync("PUT", "declaration?dry_run=true", declaration);

                Assert.True(status < HttpStatusCode.InternalServerError, $"{declaration}: {status} {envelope}");
            }
        }
    }

    private static List<string> Describe(JsonElement result) =>
    [
        .. result.GetProperty("changes").EnumerateArray().Select(change =>
            $"{change.GetProperty("change").GetString()} {change.GetProperty("kind").GetString()} "
            + (change.TryGetProperty("application", out var application) ? $"{application.GetString()}/" : "")
            + change.GetProperty("name").GetString()),
    ];

    private static List<string> Sorted(JsonElement declaration, string kind) =>
        [.. declaration.GetProperty(kind).EnumerateArray().Select(item => item.GetRawText()).Order(StringComparer.Ordinal)];

    private static JsonElement Named(JsonElement declaration, string name) =>
        declaration.GetProperty("applications").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

    private async Task<List<string>> ApplyAsync(string declaration) => Describe(await _admin.DoAsync("PUT", "declaration", declaration));
}
