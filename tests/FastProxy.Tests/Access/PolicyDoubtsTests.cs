using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class PolicyDoubtsTests
{
    private static readonly ServiceToken s_a = Sample.Token("a");
    private static readonly ServiceToken s_b = Sample.Token("b");
    private static readonly ServiceToken s_bait = Sample.Token("bait") with { IsCanary = true };
    private static readonly Rule s_email = new EmailRule("a@example.com");

    public static TheoryData<string, string?> Cases { get; } = new()
    {
        { "allow: token", "never matches: Allow is for people" },
        { "allow: any-token", "never matches: Allow is for people" },
        { "allow: email require token", "never matches: Allow is for people" },
        { "allow: email", null },
        { "allow: email token", null },
        { "service-auth: email", "never matches: Service Auth asks nobody" },
        { "service-auth: token require email", "never matches: Service Auth asks nobody" },
        { "service-auth: token", null },
        { "service-auth: token email", null },
        { "service-auth: token require a", null },
        { "service-auth: any-token require a b", "never matches: a caller presents one service token, and it requires 'a' and 'b'" },
        { "service-auth: token exclude everyone", "never matches: it excludes everyone" },
        { "block: everyone exclude everyone", "never matches: it excludes everyone" },
        { "block: token", null },
        { "block: bait", null },
        { "service-auth: token bait", "'bait' is a canary" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Only_what_is_certain_is_said(string text, string? expected)
    {
        var doubts = PolicyDoubts.Of(Read(text), Snapshot()).ToList();
        if (expected is null)
        {
            Assert.Empty(doubts);
        }
        else
        {
            Assert.Contains(expected, Assert.Single(doubts), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_said_never_to_match_matches_nobody(string text, string? expected)
    {
        if (expected?.StartsWith("never", StringComparison.Ordinal) != true)
        {
            return;
        }

        var policy = Read(text) with { Precedence = 1 };
        var application = Sample.Application("app", "app.example.com", policy);
        foreach (var token in (ServiceToken?[])[null, s_a, s_b])
        {
            var decision = PolicyEngine.Decide(Snapshot(), new AccessRequest(application, token, null) { Identity = token is null ? new Identity { Email = "a@example.com", ProviderId = Guid.Empty } : null });
            Assert.False(decision.Admitted);
            Assert.NotEqual(DecisionReason.Blocked, decision.Reason);
        }
    }

    private static AccessSnapshot Snapshot() => AccessSnapshot.Create(1, new AccessContent { Tokens = [s_a, s_b, s_bait] });

    private static Policy Read(string text)
    {
        var (action, rest) = (text.Split(": ")[0], text.Split(": ")[1]);
        var lists = new Dictionary<string, List<Rule>> { ["include"] = [], ["require"] = [], ["exclude"] = [] };
        var list = lists["include"];
        foreach (var word in rest.Split(' '))
        {
            if (lists.TryGetValue(word, out var next))
            {
                list = next;
                continue;
            }

            list.Add(word switch
            {
                "token" or "a" => new ServiceTokenRule(s_a.Id),
                "b" => new ServiceTokenRule(s_b.Id),
                "bait" => new ServiceTokenRule(s_bait.Id),
                "any-token" => new AnyValidServiceTokenRule(),
                "email" => s_email,
                _ => new EveryoneRule(),
            });
        }

        Assert.True(PolicyActions.TryParseCommandLineName(action, out var parsed));
        return Sample.Policy("p", parsed, [.. lists["include"]], [.. lists["require"]], [.. lists["exclude"]]);
    }
}
