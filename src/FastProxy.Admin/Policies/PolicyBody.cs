using FastProxy.Access;
using FastProxy.Access.Policies;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Policies;

/// <summary>Reads a policy from a request.</summary>
internal static class PolicyBody
{
    /// <summary>The policy; what is wrong with it is noted in <paramref name="body"/>, whose result then must not be used.</summary>
    /// <param name="body">The object that describes the policy.</param>
    /// <param name="existing">The policy it replaces, which gives it its identity and its place; null for a new one.</param>
    /// <param name="now">The time of creation of a new one.</param>
    public static Policy Read(ApiBody body, Policy? existing, DateTimeOffset now)
    {
        var name = body.RequiredText("name");
        var decision = body.RequiredText("decision");
        if (!PolicyActions.TryParseApiName(decision, out var action))
        {
            body.Fail($"the decision '{decision}' is none of allow, deny, bypass, non_identity{(PolicyActions.TryParseCommandLineName(decision, out var meant) ? $": '{decision}' is '{meant.ToApiName()}' here" : "")}");
        }
        return new Policy
        {
            Id = existing?.Id ?? Guid.NewGuid(),
            Name = name,
            Action = action,
            Include = body.Rules("include"),
            Require = body.Rules("require"),
            Exclude = body.Rules("exclude"),
            Precedence = existing?.Precedence ?? 0,
            SessionDuration = body.Duration("session_duration"),
            Kept = PolicyFields.Kept.Read(body, KeptFields.None),
            CreatedAt = existing?.CreatedAt ?? now,
            UpdatedAt = now,
        };
    }
}
