using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;

namespace FastProxy.Admin.Policies;

/// <summary>The part a policy had in a decision, as the API shows it.</summary>
internal sealed record PolicyExplanationResource
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Decision { get; init; }

    public required int Precedence { get; init; }

    /// <summary><c>decides</c>, <c>no_match</c>, <c>not_known</c>, <c>needs_sign_in</c> or <c>not_reached</c>.</summary>
    public required string Standing { get; init; }

    public required IReadOnlyList<RuleExplanationResource> Include { get; init; }

    public required IReadOnlyList<RuleExplanationResource> Require { get; init; }

    public required IReadOnlyList<RuleExplanationResource> Exclude { get; init; }

    public static PolicyExplanationResource Of(PolicyExplanation explanation) => new()
    {
        Id = explanation.Policy.Id,
        Name = explanation.Policy.Name,
        Decision = explanation.Policy.Action.ToApiName(),
        Precedence = explanation.Policy.Precedence,
        Standing = explanation.Standing switch
        {
            PolicyStanding.Decides => "decides",
            PolicyStanding.NotKnown => "not_known",
            PolicyStanding.NeedsSignIn => "needs_sign_in",
            PolicyStanding.NotReached => "not_reached",
            _ => "no_match",
        },
        Include = [.. explanation.Include.Select(RuleExplanationResource.Of)],
        Require = [.. explanation.Require.Select(RuleExplanationResource.Of)],
        Exclude = [.. explanation.Exclude.Select(RuleExplanationResource.Of)],
    };
}
