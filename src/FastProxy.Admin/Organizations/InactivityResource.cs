using FastProxy.Access.Organizations;

namespace FastProxy.Admin.Organizations;

/// <summary><c>service_token_inactivity</c> of the account's settings.</summary>
internal sealed record InactivityResource(bool Enabled, int InactivityThresholdDays, string Action)
{
    public const string Disable = "disable";
    public const string Delete = "delete";

    public static InactivityResource? Of(ServiceTokenInactivity? inactivity) => inactivity is null
        ? null
        : new(inactivity.Enabled, inactivity.ThresholdDays, inactivity.Action == InactivityAction.Delete ? Delete : Disable);
}
