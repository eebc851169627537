using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Declarations;
using FastProxy.Tests.Access;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.Admin;

/// <summary>Declarations at random, each applied to the state that another one left.</summary>
public sealed class DeclarationPropertyTests
{
    private const int Kinds = 3;

    private static readonly AccessSnapshot s_empty = Sample.Snapshot(tokens: [Sample.Token("ci"), Sample.Token("backup")]);

    private static readonly Gen<JsonObject> s_declaration =
        from groups in Gen.Choose(0, 1 << Kinds)
        from policies in Gen.Choose(0, 1 << Kinds)
        from applications in Gen.Choose(0, 1 << Kinds)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Declare(groups, policies, applications, new Random(seed));

    [Fact]
    public void Applied_twice_a_declaration_changes_nothing() => Holds((before, declaration) =>
    {
        var applied = Apply(before, declaration, out var first);
        var again = Apply(applied, declaration, out var second);
        return second.Changes.Count == 0 && ReferenceEquals(again, applied) && (first.Changes.Count == 0) == ReferenceEquals(applied, before);
    });

    [Fact]
    public void What_is_applied_is_what_there_is() => Holds((before, declaration) =>
        Sorted(Export(Apply(before, declaration, out _))) == Sorted(declaration));

    [Fact]
    public void What_there_is_changes_nothing_when_it_is_applied() => Holds((before, _) =>
    {
        Apply(before, Export(before), out var result);
        return result.Changes.Count == 0;
    });

    [Fact]
    public void Objects_that_are_the_same_afterwards_are_the_same_objects() => Holds((before, declaration) =>
    {
        var after = Apply(before, declaration, out var result);
        var touched = result.Changes.Select(change => (change.Application is null ? change.Kind : "application", change.Application ?? change.Name)).ToHashSet();
        return after.Groups.Where(group => !touched.Contains(("group", group.Name))).All(before.Groups.Contains)
            && after.Applications.Where(application => !touched.Contains(("application", application.Name)))
                .All(application => application.Policies.Any(policy => policy.IsReusable) || before.Applications.Contains(application));
    });

    private static void Holds(Func<AccessSnapshot, JsonObject, bool> property) =>
        Prop.ForAll(
            Arb.From(from old in s_declaration from next in s_declaration select (old, next)),
            one => property(Apply(s_empty, one.old, out _), one.next)).Check(FastProxy.Tests.Access.Property.Config);

    private static AccessSnapshot Apply(AccessSnapshot snapshot, JsonObject declaration, out DeclarationResult result)
    {
        var problems = new DeclarationProblems();
        var read = Declaration.Read(ApiBody.Parse(Encoding.UTF8.GetBytes(declaration.ToJsonString())), problems);
        var change = DeclarationPlan.Of(snapshot, read, dryRun: false, Sample.Now.AddTicks(snapshot.Version), problems);
        Assert.Empty(problems.All);
        Assert.True(change.Result.IsOk, change.Result.Message);
        result = change.Result.Value;
        return change.Next ?? snapshot;
    }

    private static JsonObject Export(AccessSnapshot snapshot) =>
        JsonSerializer.SerializeToNode(DeclarationResource.Of(snapshot), ApiJson.Default.DeclarationResource)!.AsObject();

    // The order of objects says nothing; that of rules and of an application's policies is kept.
    private static string Sorted(JsonObject declaration) => string.Join('\n', declaration.SelectMany(kind =>
        kind.Value!.AsArray().Select(item => $"{kind.Key} {Text(item)}").Order(StringComparer.Ordinal)));

    private static string Text(JsonNode? node) => node switch
    {
        JsonObject fields => $"{{{string.Join(',', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{Text(field.Value)}"))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(Text))}]",
        _ => node!.ToJsonString(),
    };

    // In the form that has one way to say a thing. Each bit of a number is an object that is there.
    private static JsonObject Declare(int groups, int policies, int applications, Random random)
    {
        var groupNames = Names("g", groups);
        var policyNames = Names("p", policies);
        return new JsonObject
        {
            ["groups"] = new JsonArray([.. groupNames.Select((name, i) => Rules(new JsonObject { ["name"] = name }, groupNames[..i], random))]),
            ["policies"] = new JsonArray([.. policyNames.Select(name => Policy(name, groupNames, random))]),
            ["applications"] = new JsonArray([.. Names("a", applications).Select(name => Application(name, groupNames, policyNames, random))]),
        };
    }

    private static string[] Names(string prefix, int bits) => [.. Enumerable.Range(0, Kinds).Where(i => (bits & (1 << i)) != 0).Select(i => $"{prefix}{i}")];

    private static JsonObject Application(string name, string[] groups, string[] policies, Random random)
    {
        var application = new JsonObject { ["name"] = name, ["domain"] = $"{name}.example.com" };
        if (random.Next(2) == 0)
        {
            application["origin"] = random.Next(2) == 0 ? "ssh://10.0.0.5:22" : "tcp://10.0.0.6:5432";
        }
        if (random.Next(3) == 0)
        {
            application["session_duration"] = "2h";
        }
        if (random.Next(3) == 0)
        {
            application["self_hosted_domains"] = new JsonArray($"{name}.example.com", $"{name}.example.net/x");
        }
        if (random.Next(3) == 0)
        {
            application["tags"] = new JsonArray("t");
        }
        JsonNode[] entries =
        [
            .. Names("own", random.Next(1 << Kinds)).Select(own => Policy(own, groups, random)),
            .. policies.Where(_ => random.Next(2) == 0).Select(used => new JsonObject { ["id"] = used }),
        ];
        random.Shuffle(entries);
        var last = 0;
        foreach (var entry in entries)
        {
            if (random.Next(4) == 0)
            {
                entry["precedence"] = ++last + 1;
            }
            last++;
        }
        if (entries.Length > 0)
        {
            application["policies"] = new JsonArray(entries);
        }
        return application;
    }

    private static JsonObject Policy(string name, string[] groups, Random random)
    {
        var policy = new JsonObject { ["name"] = name, ["decision"] = random.Next(2) == 0 ? "non_identity" : "deny" };
        return Rules(policy, groups, random);
    }

    private static JsonObject Rules(JsonObject owner, string[] groups, Random random)
    {
        foreach (var (field, least) in new[] { ("include", 1), ("require", 0), ("exclude", 0) })
        {
            var count = random.Next(least, least + 3);
            if (count > 0)
            {
                owner[field] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => Rule(groups, random))]);
            }
        }
        return owner;
    }

    private static JsonObject Rule(string[] groups, Random random) => random.Next(5) switch
    {
        0 => new JsonObject { ["everyone"] = new JsonObject() },
        1 => new JsonObject { ["ip"] = new JsonObject { ["ip"] = "10.0.0.0/8" } },
        2 when groups.Length > 0 => new JsonObject { ["group"] = new JsonObject { ["id"] = groups[random.Next(groups.Length)] } },
        3 => new JsonObject { ["service_token"] = new JsonObject { ["token_id"] = "backup" } },
        _ => new JsonObject { ["service_token"] = new JsonObject { ["token_id"] = "ci" } },
    };
}
