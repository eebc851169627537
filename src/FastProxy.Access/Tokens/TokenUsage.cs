using System.Collections.Immutable;
using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Tokens;

/// <summary>Where a service token is used: what names it, directly or through groups, and which applications it opens. Pure; immutable.</summary>
public sealed class TokenUsage
{
    private TokenUsage(
        ImmutableArray<(Application Application, ImmutableArray<TokenPolicy> Policies)> applications,
        ImmutableArray<TokenPolicy> unused,
        ImmutableArray<TokenGroup> groups)
    {
        Applications = applications;
        UnusedPolicies = unused;
        Groups = groups;
    }

    /// <summary>Every application with a policy about the token, with these policies in order of precedence.</summary>
    public ImmutableArray<(Application Application, ImmutableArray<TokenPolicy> Policies)> Applications { get; }

    /// <summary>Reusable policies about the token that no application uses.</summary>
    public ImmutableArray<TokenPolicy> UnusedPolicies { get; }

    /// <summary>Groups about the token.</summary>
    public ImmutableArray<TokenGroup> Groups { get; }

    /// <summary>Finds where a token is used in a snapshot; nothing where there is no such token.</summary>
    public static TokenUsage Of(AccessSnapshot snapshot, Guid tokenId)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetToken(tokenId, out var token))
        {
            return new TokenUsage([], [], []);
        }

        var rules = new RuleSearch(snapshot, token);
        var applications = snapshot.Applications
            .Select(application => (application, Policies: rules.About(application.Policies)))
            .Where(item => !item.Policies.IsEmpty);
        var used = snapshot.Applications.SelectMany(application => application.Policies).Where(policy => policy.IsReusable).Select(policy => policy.Id).ToHashSet();
        return new TokenUsage(
            [.. applications],
            rules.About(snapshot.ReusablePolicies.Where(policy => !used.Contains(policy.Id))),
            [.. snapshot.Groups.Select(group => new TokenGroup(group, rules.Through(group))).Where(item => !item.Through.IsEmpty)]);
    }

    /// <summary>What of a snapshot's rules is about one token. Groups are looked into once each.</summary>
    private sealed class RuleSearch(AccessSnapshot snapshot, ServiceToken token)
    {
        private readonly Dictionary<Guid, bool> _about = [];

        public ImmutableArray<TokenPolicy> About(IEnumerable<Policy> policies) =>
        [
            .. policies
                .Select(policy => new TokenPolicy(policy, Through([.. policy.Include, .. policy.Require, .. policy.Exclude]), MayAdmit(policy)))
                .Where(item => !item.Through.IsEmpty),
        ];

        public ImmutableArray<string> Through(Group group) => Through([.. group.Include, .. group.Require, .. group.Exclude]);

        // Asked of the engine, with all that may come along with the token left open: who revokes it must not be told of less than it opened.
        private bool MayAdmit(Policy policy) =>
            !token.IsCanary && PolicyEngine.AsksNoSignIn(policy) && PolicyEngine.Match(policy, new RuleContext(snapshot, token)) != RuleMatch.No;

        private ImmutableArray<string> Through(ImmutableArray<Rule> rules) => [.. rules.Where(IsAbout).Select(Name).Distinct(StringComparer.Ordinal)];

        private string Name(Rule rule) => rule.NamedGroup is { } id && snapshot.TryGetGroup(id, out var group) ? $"group '{group.Name}'" : rule.Selector;

        private bool IsAbout(Rule rule) => rule.NamedToken == token.Id || rule is AnyValidServiceTokenRule || (rule.NamedGroup is { } group && IsAbout(group));

        private bool IsAbout(Guid groupId)
        {
            if (!_about.TryGetValue(groupId, out var about))
            {
                // False while it is looked into: groups do not contain themselves, and if one did this would still end.
                _about[groupId] = false;
                about = snapshot.TryGetGroup(groupId, out var group) && group.Include.Concat(group.Require).Concat(group.Exclude).Any(IsAbout);
                _about[groupId] = about;
            }

            return about;
        }
    }
}
