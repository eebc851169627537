using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;

namespace FastProxy.Admin.Policies;

/// <summary>A decision and how it comes about, as the API shows it.</summary>
internal sealed record ExplanationResource
{
    public required Guid AppId { get; init; }

    public required string AppName { get; init; }

    public required bool Admitted { get; init; }

    /// <summary>
    /// <c>admitted</c>, <c>blocked</c>, <c>no_policy_matched</c>, <c>app_has_no_policies</c>, <c>credential_required</c>,
    /// <c>certificate_required</c> or <c>identity_required</c>.
    /// </summary>
    public required string Reason { get; init; }

    public required Guid? PolicyId { get; init; }

    /// <summary>Every policy, in the order in which they are asked.</summary>
    public required IReadOnlyList<PolicyExplanationResource> Policies { get; init; }

    public static ExplanationResource Of(Application application, AccessExplanation explanation) => new()
    {
        AppId = application.Id,
        AppName = application.Name,
        Admitted = explanation.Decision.Admitted,
        Reason = explanation.Decision.Reason switch
        {
            DecisionReason.Admitted => "admitted",
            DecisionReason.Blocked => "blocked",
            DecisionReason.ApplicationHasNoPolicies => "app_has_no_policies",
            DecisionReason.CredentialRequired => "credential_required",
            DecisionReason.CertificateRequired => "certificate_required",
            DecisionReason.IdentityRequired => "identity_required",
            _ => "no_policy_matched",
        },
        PolicyId = explanation.Decision.Policy?.Id,
        Policies = [.. explanation.Policies.Select(PolicyExplanationResource.Of)],
    };
}
