using System.Text.Json.Serialization;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Policies;

/// <summary>What a rule was worth, as the API shows it.</summary>
internal sealed record RuleExplanationResource
{
    [JsonConverter(typeof(RuleConverter))]
    public required Rule Rule { get; init; }

    /// <summary><c>yes</c>, <c>no</c> or <c>not_known</c>.</summary>
    public required string Match { get; init; }

    public static RuleExplanationResource Of(RuleExplanation explanation) => new()
    {
        Rule = explanation.Rule,
        Match = explanation.Match switch { RuleMatch.Yes => "yes", RuleMatch.No => "no", _ => "not_known" },
    };
}
