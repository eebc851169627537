using System.Text.Json;
using System.Text.Json.Serialization;
using FastProxy.Access;
using FastProxy.Access.Applications;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Policies;

namespace FastProxy.Admin.Applications;

/// <summary>An application as the API shows it.</summary>
internal sealed record ApplicationResource : INamedResource
{
    public required Guid Id { get; init; }

    public required string Aud { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Domain { get; init; }

    public required IReadOnlyList<string> SelfHostedDomains { get; init; }

    public required IReadOnlyList<JsonElement> Destinations { get; init; }

    public required string? Origin { get; init; }

    public required IReadOnlyList<string> AllowedDestinations { get; init; }

    public required string SessionDuration { get; init; }

    public required string? ReadServiceTokensFromHeader { get; init; }

    public required IReadOnlyList<PolicyResource> Policies { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    /// <summary>The fields that are kept and have no effect here.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Kept { get; set; } = [];

    public static ApplicationResource Of(Application application, AccessSnapshot snapshot)
    {
        var kept = KeptFieldTable.Values(application.Kept);
        kept.Remove(ApplicationFields.Destinations, out var others);
        string[] domains = [.. application.Domains.Select(domain => domain.ToString())];
        return new ApplicationResource
        {
            Id = application.Id,
            Aud = application.Aud,
            Name = application.Name,
            Type = application.Type,
            Domain = domains[0],
            SelfHostedDomains = domains,
            Destinations =
            [
                .. domains.Select(domain => JsonSerializer.SerializeToElement(new DestinationResource("public", domain), ApiJson.Default.DestinationResource)),
                .. others.ValueKind == JsonValueKind.Array ? others.EnumerateArray().ToArray() : [],
            ],
            Origin = application.Origin?.ToString(),
            AllowedDestinations = [.. application.AllowedDestinations.Select(pattern => pattern.ToString())],
            SessionDuration = GoDuration.Format(application.SessionDuration ?? TimeSpan.FromHours(24)),
            ReadServiceTokensFromHeader = application.ReadServiceTokensFromHeader,
            Policies = [.. application.Policies.Select(policy => PolicyResource.Of(policy, snapshot))],
            CreatedAt = Rfc3339.Of(application.CreatedAt),
            UpdatedAt = Rfc3339.Of(application.UpdatedAt),
            Kept = kept,
        };
    }
}
