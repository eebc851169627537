using FastProxy.Access.Organizations;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of the account's settings. Pure: every store uses the same checks.</summary>
public static class OrganizationChanges
{
    private const int MaximumAuthDomain = 255;

    /// <summary>Replaces the settings.</summary>
    public static AccessChange<Organization> Update(AccessSnapshot snapshot, Func<Organization, Organization> change, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        var old = snapshot.Organization;
        var created = old.CreatedAt == Organization.Default.CreatedAt ? now : old.CreatedAt;
        var organization = change(old) with { CreatedAt = created, UpdatedAt = now };
        return Check(organization) is { } error
            ? AccessChange<Organization>.Refused(MutationProblem.Invalid(error))
            : AccessChange<Organization>.To(snapshot.With(organization), organization);
    }

    private static string? Check(Organization organization)
    {
        if (!EntityName.IsValid(organization.Name, out var error))
        {
            return error;
        }

        if (organization.AuthDomain.Length > MaximumAuthDomain)
        {
            return $"the auth domain is longer than {MaximumAuthDomain} characters";
        }

        return organization.ServiceTokenInactivity is { ThresholdDays: < ServiceTokenInactivity.MinimumDays or > ServiceTokenInactivity.MaximumDays }
            ? $"the inactivity threshold is not between {ServiceTokenInactivity.MinimumDays} and {ServiceTokenInactivity.MaximumDays} days"
            : ApplicationChanges.CheckSessionDuration(organization.SessionDuration);
    }
}
