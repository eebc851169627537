using System.Collections.Immutable;
using System.Net;
using BenchmarkDotNet.Attributes;
using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Benchmarks;

/// <summary>
/// A whole decision, from host and path to the policy that admits, among few and many applications. The policies of the matching one
/// have 20 rules, four of them groups one deep, and the one include that holds stands last.
/// </summary>
[MedianColumn]
public class DecisionBenchmarks
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly IPAddress _address = IPAddress.Parse("10.1.2.3");
    private AccessSnapshot _snapshot = AccessSnapshot.Empty;
    private ServiceToken? _token;
    private CountryCode _country;

    [Params(10, 1_000, 100_000)]
    public int Applications { get; set; }

    /// <summary>Of ten applications one has a wildcard host and one has its host in common with others, told apart by the path.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var tokens = Enumerable.Range(0, 10).Select(n => ServiceTokenFactory.Issue($"token-{n}", null, s_now).Token).ToList();
        _token = tokens[9];
        CountryCode.TryParse("PT", out _country);
        var machines = NewGroup("machines", [.. tokens.Skip(1).Select(token => new ServiceTokenRule(token.Id))]);
        var office = NewGroup("office", [new IpRule(IPNetwork.Parse("192.0.2.0/24")), new IpRule(IPNetwork.Parse("10.0.0.0/8"))]);
        var banned = NewGroup("banned", [new IpRule(IPNetwork.Parse("203.0.113.0/24")), new IpRule(IPNetwork.Parse("2001:db8::/32"))]);
        var iberia = NewGroup("iberia", [.. new[] { "ES", "PT" }.Select(Country)]);
        ImmutableArray<Policy> policies =
        [
            NewPolicy(1, PolicyAction.Block, [new EveryoneRule()], [], []),
            NewPolicy(
                2,
                PolicyAction.ServiceAuth,
                [.. Enumerable.Range(0, 8).Select(n => new IpRule(IPNetwork.Parse($"172.16.{n}.0/24"))), new GroupRule(machines.Id)],
                [new GroupRule(office.Id), new GroupRule(iberia.Id), new AnyValidServiceTokenRule()],
                [new GroupRule(banned.Id), .. new[] { "AA", "BB", "CC", "DD", "EE" }.Select(Country), new IpRule(IPNetwork.Parse("10.9.0.0/16")), new ServiceTokenRule(tokens[0].Id)]),
        ];
        var applications = Enumerable.Range(0, Applications).Select(n => NewApplication(n, policies));
        _snapshot = AccessSnapshot.Create(1, new AccessContent { Tokens = tokens, Applications = applications, Groups = [machines, office, banned, iberia] });
        if (ByHost() != DecisionReason.Admitted || ByPath() != DecisionReason.Admitted || ByWildcardHost() != DecisionReason.Admitted)
        {
            throw new InvalidOperationException("the sample is not admitted");
        }
    }

    [Benchmark]
    public DecisionReason ByHost() => Decide("app-5.example.com", "/");

    [Benchmark]
    public DecisionReason ByPath() => Decide("shared.example.com", "/area-7/some/page");

    [Benchmark]
    public DecisionReason ByWildcardHost() => Decide("www.tenant-3.example.com", "/some/page");

    private DecisionReason Decide(string host, string path) =>
        _snapshot.TryFindApplication(host, path, out var application)
            ? PolicyEngine.Decide(_snapshot, new AccessRequest(application, _token, _address) { Country = _country }).Reason
            : DecisionReason.NoPolicyMatched;

    private static Rule Country(string code) =>
        CountryCode.TryParse(code, out var country) ? new GeoRule(country) : throw new InvalidOperationException(code);

    private static Group NewGroup(string name, ImmutableArray<Rule> include) =>
        new() { Id = Guid.NewGuid(), Name = name, Include = include, CreatedAt = s_now, UpdatedAt = s_now };

    private static Policy NewPolicy(int precedence, PolicyAction action, ImmutableArray<Rule> include, ImmutableArray<Rule> require, ImmutableArray<Rule> exclude) => new()
    {
        Id = Guid.NewGuid(),
        Name = $"policy-{precedence}",
        Action = action,
        Include = include,
        Require = require,
        Exclude = exclude,
        Precedence = precedence,
        CreatedAt = s_now,
        UpdatedAt = s_now,
    };

    private static Application NewApplication(int n, ImmutableArray<Policy> policies)
    {
        var text = (n % 10) switch
        {
            3 => $"*.tenant-{n}.example.com",
            7 => $"shared.example.com/area-{n}",
            _ => $"app-{n}.example.com",
        };
        return new Application
        {
            Id = Guid.NewGuid(),
            Name = $"app-{n}",
            Aud = ApplicationAudience.Create(),
            Domains = [ApplicationDomain.TryParse(text, out var domain, out var error) ? domain : throw new InvalidOperationException(error)],
            Policies = policies,
            CreatedAt = s_now,
            UpdatedAt = s_now,
        };
    }
}
