using System.Text.Json;
using System.Text.Json.Serialization;
using FastProxy.Access;
using FastProxy.Access.Organizations;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Organizations;

/// <summary>The account's settings as the API shows them.</summary>
internal sealed record OrganizationResource
{
    public required string Name { get; init; }

    public required string AuthDomain { get; init; }

    public required string SessionDuration { get; init; }

    /// <summary>Always true: this gateway knows no other way.</summary>
    public required bool StrictServiceTokenAuth { get; init; }

    public required InactivityResource? ServiceTokenInactivity { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    /// <summary>The fields that are kept and have no effect here.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Kept { get; set; } = [];

    public static OrganizationResource Of(Organization organization) => new()
    {
        Name = organization.Name,
        AuthDomain = organization.AuthDomain,
        SessionDuration = GoDuration.Format(organization.SessionDuration ?? TimeSpan.FromHours(24)),
        StrictServiceTokenAuth = true,
        ServiceTokenInactivity = InactivityResource.Of(organization.ServiceTokenInactivity),
        CreatedAt = Rfc3339.Of(organization.CreatedAt),
        UpdatedAt = Rfc3339.Of(organization.UpdatedAt),
        Kept = KeptFieldTable.Values(organization.Kept),
    };
}
