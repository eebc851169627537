using FastProxy.Access;
using FastProxy.Access.ApiTokens;
using FastProxy.Access.Changes;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Storage;
using FastProxy.Storage.Sqlite;
using FastProxy.Tests.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Storage;

/// <summary>What the account has beside tokens, applications and groups, over a restart.</summary>
public sealed class AccountStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reusable_policies_and_their_users_are_there_after_reopening()
    {
        var shared = Sample.Policy("shared", PolicyAction.Bypass, [Sample.Ip("10.0.0.0/8")]) with { Kept = Kept("""{"approval_required":true}""") };
        var application = Sample.Application("a", "a.example.com", Sample.Policy("own", PolicyAction.Allow, [new EveryoneRule()], precedence: 1)) with
        {
            Kept = Kept("""{"tags":["x"]}"""),
        };
        await using (var store = Open())
        {
            var created = Ok(await store.ChangeAsync(snapshot => ReusablePolicyChanges.Create(snapshot, shared), default));
            Ok(await store.CreateApplicationAsync(application with { Policies = [.. application.Policies, created with { Precedence = 2 }] }, default));
            Ok(await store.ChangeAsync(snapshot => ReusablePolicyChanges.MakeReusable(snapshot, application.Id, application.Policies[0].Id, Sample.Now), default));
            Ok(await store.ChangeAsync(snapshot => ReusablePolicyChanges.Update(snapshot, shared.Id, old => old with { Name = "renamed" }, Sample.Now), default));
        }

        await using var reopened = Open();
        var policies = Assert.Single(reopened.Current.Applications).Policies;
        Assert.Equal([("own", 1, true), ("renamed", 2, true)], policies.Select(policy => (policy.Name, policy.Precedence, policy.IsReusable)));
        Assert.Equal("""{"approval_required":true}""", policies[1].Kept.Json);
        Assert.Equal("""{"tags":["x"]}""", reopened.Current.Applications[0].Kept.Json);
        Assert.Equal(["own", "renamed"], reopened.Current.ReusablePolicies.Select(policy => policy.Name).Order(StringComparer.Ordinal));

        Assert.Equal(MutationStatus.InUse, (await reopened.ChangeAsync(snapshot => ReusablePolicyChanges.Delete(snapshot, shared.Id), default)).Status);
        Ok(await reopened.DeleteApplicationAsync(application.Id, default));
        Ok(await reopened.ChangeAsync(snapshot => ReusablePolicyChanges.Delete(snapshot, shared.Id), default));
        Assert.Equal("own", Assert.Single(reopened.Current.ReusablePolicies).Name);
    }

    [Fact]
    public async Task Lists_api_tokens_and_settings_are_there_after_reopening()
    {
        var list = new ValueList
        {
            Id = Guid.NewGuid(),
            Name = "offices",
            Kind = ValueListKind.Ip,
            Description = "ours",
            Items = [new ValueListItem("10.0.0.0/8", "one", Sample.Now), new ValueListItem("192.0.2.0/24", "", Sample.Now)],
            CreatedAt = Sample.Now,
            UpdatedAt = Sample.Now,
        };
        var issued = IssuedApiToken.Create("tool", ApiTokenScope.Write, Sample.Now.AddDays(1), Sample.Now);
        var revoked = IssuedApiToken.Create("gone", ApiTokenScope.Read, null, Sample.Now);
        await using (var store = Open())
        {
            Ok(await store.ChangeAsync(snapshot => ListChanges.Create(snapshot, list), default));
            Ok(await store.ChangeAsync(snapshot => ApiTokenChanges.Create(snapshot, issued.Token), default));
            Ok(await store.ChangeAsync(snapshot => ApiTokenChanges.Create(snapshot, revoked.Token), default));
            Ok(await store.ChangeAsync(snapshot => ApiTokenChanges.Delete(snapshot, revoked.Token.Id), default));
            Ok(await store.ChangeAsync(snapshot => OrganizationChanges.Update(snapshot, Change, Sample.Now), default));
        }

        await using var reopened = Open();
        var kept = Assert.Single(reopened.Current.Lists);
        Assert.Equal(list with { Items = kept.Items }, kept);
        Assert.Equal(list.Items.AsEnumerable(), kept.Items.AsEnumerable());
        Assert.Equal(issued.Token, Assert.Single(reopened.Current.ApiTokens));
        Assert.True(reopened.Current.TryGetApiTokenByValue(issued.Value.Reveal(), out var found) && found.Id == issued.Token.Id);
        Assert.False(reopened.Current.TryGetApiTokenByValue(revoked.Value.Reveal(), out _));
        Assert.Equal(Change(Organization.Default) with { CreatedAt = Sample.Now, UpdatedAt = Sample.Now }, reopened.Current.Organization);

        static Organization Change(Organization old) => old with
        {
            Name = "Ours",
            SessionDuration = TimeSpan.FromHours(2),
            ServiceTokenInactivity = new ServiceTokenInactivity(true, 90, InactivityAction.Delete),
            Kept = Kept("""{"is_ui_read_only":true}"""),
        };
    }

    [Fact]
    public async Task No_value_of_an_api_token_reaches_the_disk()
    {
        var issued = IssuedApiToken.Create("tool", ApiTokenScope.Read, null, Sample.Now);
        await using (var store = Open())
        {
            Ok(await store.ChangeAsync(snapshot => ApiTokenChanges.Create(snapshot, issued.Token), default));
        }

        var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(StorePath));
        Assert.Contains(issued.Token.Id.ToString("D"), text, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.Value.Reveal()[IssuedApiToken.Prefix.Length..], text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(issued.Value.Reveal(), $"{issued} {issued.Token}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_the_first_schema_keeps_what_it_has()
    {
        Directory.CreateDirectory(_directory.Data);
        using (var database = SqliteDatabase.Open(StorePath, "FULL", AccessSchema.Migrations.AsSpan(0, 1)))
        {
            const string Time = "'2026-01-01T00:00:00.0000000Z'";
            var aud = new string('a', 64);
            database.Execute($"INSERT INTO groups VALUES ('00000000-0000-0000-0000-000000000001', 'g', '[{{\"everyone\":{{}}}}]', '[]', '[]', {Time}, {Time})");
            database.Execute($"INSERT INTO applications VALUES ('00000000-0000-0000-0000-000000000002', 'a', 'ssh', '{aud}', '[\"a.example.com\"]', NULL, NULL, NULL, '[]', {Time}, {Time})");
            database.Execute($"INSERT INTO policies VALUES ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000003', 'p', 'allow', 4, '[{{\"everyone\":{{}}}}]', '[]', '[]', NULL, {Time}, {Time})");
        }

        await using var store = Open();
        var policy = Assert.Single(Assert.Single(store.Current.Applications).Policies);
        Assert.Equal(("p", 4, false, true), (policy.Name, policy.Precedence, policy.IsReusable, policy.Kept.IsEmpty));
        Assert.False(Assert.Single(store.Current.Groups).IsDefault);
        Assert.Equal(Organization.Default, store.Current.Organization);
    }

    private string StorePath => Path.Combine(_directory.Data, SqliteAccessStore.FileName);

    private static KeptFields Kept(string json) => KeptFields.TryCreate(json, out var kept) ? kept : throw new FormatException(json);

    private static T Ok<T>(MutationResult<T> result)
        where T : class
    {
        Assert.True(result.IsOk, result.Message);
        return result.Value;
    }

    private SqliteAccessStore Open() =>
        SqliteAccessStore.Open(_directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
}
