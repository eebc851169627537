using System.Net;
using BenchmarkDotNet.Attributes;
using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Benchmarks;

/// <summary>What stands between a request and its origin: the token check and the policy decision, in a store of some size.</summary>
public class AccessBenchmarks
{
    private const int TokenCount = 1000;

    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly IPAddress _address = IPAddress.Parse("10.1.2.3");
    private AccessSnapshot _snapshot = AccessSnapshot.Empty;
    private AccessRequest _request;
    private string _clientId = "";
    private string _secret = "";

    /// <summary>1,000 tokens; one application of eight policies, the last of which admits by token and address.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var issued = Enumerable.Range(0, TokenCount).Select(n => ServiceTokenFactory.Issue($"token-{n}", null, s_now)).ToList();
        var ours = issued[TokenCount / 2];
        var policies = Enumerable.Range(0, 8).Select(n => new Policy
        {
            Id = Guid.NewGuid(),
            Name = $"policy-{n}",
            Action = PolicyAction.ServiceAuth,
            Include = [new ServiceTokenRule(issued[n == 7 ? TokenCount / 2 : n].Token.Id)],
            Require = [new IpRule(IPNetwork.Parse("10.0.0.0/8"))],
            Exclude = [],
            Precedence = n,
            CreatedAt = s_now,
            UpdatedAt = s_now,
        });
        if (!ApplicationDomain.TryParse("app.example.com", out var domain, out var error) || !Origin.TryParse("tcp://127.0.0.1:22", out var origin, out error))
        {
            throw new InvalidOperationException(error);
        }

        var application = new Application
        {
            Id = Guid.NewGuid(),
            Name = "app",
            Aud = ApplicationAudience.Create(),
            Domains = [domain],
            Origin = origin,
            Policies = [.. policies],
            CreatedAt = s_now,
            UpdatedAt = s_now,
        };
        _snapshot = AccessSnapshot.Create(1, new AccessContent { Tokens = issued.Select(token => token.Token), Applications = [application] });
        _request = new AccessRequest(application, ours.Token, _address);
        _clientId = ours.Token.ClientId;
        _secret = ours.Secret.Reveal();
        if (Decide() != DecisionReason.Admitted || CheckToken() != AuthenticationStatus.Authenticated)
        {
            throw new InvalidOperationException("the sample is not admitted");
        }
    }

    [Benchmark]
    public DecisionReason Decide() => PolicyEngine.Decide(_snapshot, _request).Reason;

    [Benchmark]
    public AuthenticationStatus CheckToken() => TokenAuthenticator.Authenticate(_snapshot, _clientId, _secret, s_now).Status;
}
