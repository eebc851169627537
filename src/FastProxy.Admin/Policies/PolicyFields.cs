using FastProxy.Admin.Api;

namespace FastProxy.Admin.Policies;

/// <summary>What a policy keeps for its clients.</summary>
internal static class PolicyFields
{
    /// <summary>What the API this one follows asks of people in a browser.</summary>
    public static KeptFieldTable Kept { get; } = new(
        flags: ["isolation_required", "purpose_justification_required", "approval_required"],
        texts: ["purpose_justification_prompt"],
        lists: ["approval_groups"],
        objects: ["mfa_config", "connection_rules"]);
}
