using System.Collections.Immutable;
using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Access.Lists;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

/// <summary>Objects to test with, named in a word.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static IssuedServiceToken Issued(string name, TimeSpan? duration = null) => ServiceTokenFactory.Issue(name, duration, Now);

    public static ServiceToken Token(string name) => Issued(name).Token;

    public static Policy Policy(
        string name,
        PolicyAction action,
        ImmutableArray<Rule> include,
        ImmutableArray<Rule>? require = null,
        ImmutableArray<Rule>? exclude = null,
        int precedence = 0) => new()
        {
            Id = Guid.NewGuid(),
            Name = name,
            Action = action,
            Include = include,
            Require = require ?? [],
            Exclude = exclude ?? [],
            Precedence = precedence,
            CreatedAt = Now,
            UpdatedAt = Now,
        };

    public static Group Group(
        string name,
        ImmutableArray<Rule> include,
        ImmutableArray<Rule>? require = null,
        ImmutableArray<Rule>? exclude = null) => new()
        {
            Id = Guid.NewGuid(),
            Name = name,
            Include = include,
            Require = require ?? [],
            Exclude = exclude ?? [],
            CreatedAt = Now,
            UpdatedAt = Now,
        };

    public static Application Application(string name, string domain, params ImmutableArray<Policy> policies) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        Aud = ApplicationAudience.Create(),
        Domains = [Domain(domain)],
        Origin = Origin("ssh://127.0.0.1"),
        Policies = policies,
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    public static ApplicationDomain Domain(string text) =>
        ApplicationDomain.TryParse(text, out var domain, out var error) ? domain : throw new FormatException(error);

    public static Origin Origin(string text) =>
        FastProxy.Access.Applications.Origin.TryParse(text, out var origin, out var error) ? origin : throw new FormatException(error);

    public static DestinationPattern Destination(string text) =>
        DestinationPattern.TryParse(text, out var pattern, out var error) ? pattern : throw new FormatException(error);

    public static IpRule Ip(string text) => new(Network(text));

    public static IPNetwork Network(string text) =>
        NetworkText.TryParse(text, out var network, out var error) ? network : throw new FormatException(error);

    public static AccessSnapshot Snapshot(
        IEnumerable<ServiceToken>? tokens = null,
        IEnumerable<Application>? applications = null,
        IEnumerable<Group>? groups = null,
        IEnumerable<ValueList>? lists = null) => AccessSnapshot.Create(
            1, new AccessContent { Tokens = tokens ?? [], Applications = applications ?? [], Groups = groups ?? [], Lists = lists ?? [] });
}
