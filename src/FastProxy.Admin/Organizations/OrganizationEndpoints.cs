using System.Text.Json;
using FastProxy.Access.Changes;
using FastProxy.Access.Organizations;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Organizations;

/// <summary><c>…/access/organizations</c>: the settings of the one account there is.</summary>
internal static class OrganizationEndpoints
{
    private const string Kind = "organization";

    public static void MapOrganization(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/organizations", Get);
        routes.MapPut("/organizations", ReplaceAsync);
        routes.MapPatch("/organizations", ChangeAsync);
    }

    private static IResult Get(IAccessStore store) => Ok(store.Current.Organization);

    // What the request does not speak of goes back to its default; but an account is never without a name.
    private static Task<IResult> ReplaceAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken) =>
        UpdateAsync(
            request,
            store,
            time,
            old => Organization.Default with { Name = old.Name, AuthDomain = old.AuthDomain },
            cancellationToken);

    private static Task<IResult> ChangeAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken) =>
        UpdateAsync(request, store, time, old => old, cancellationToken);

    private static async Task<IResult> UpdateAsync(
        HttpRequest request, IAccessStore store, TimeProvider time, Func<Organization, Organization> beginWith, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.ChangeAsync(Plan, cancellationToken);
        return result.IsOk ? Ok(result.Value) : body.Refusal ?? ApiResults.Failed(result, Kind);

        // Over what holds at the moment of the change: of two changes at once neither undoes the other, and only then is it known whether both fit.
        AccessChange<Organization> Plan(AccessSnapshot snapshot)
        {
            var organization = Read(body, beginWith(snapshot.Organization));
            return body.Error is { } error
                ? ContentChanges.Refuse<Organization>(error)
                : OrganizationChanges.Update(snapshot, _ => organization, time.GetUtcNow());
        }
    }

    private static Organization Read(ApiBody body, Organization old)
    {
        if (body.Flag("strict_service_token_auth") is false)
        {
            body.Fail("'strict_service_token_auth' is always true on this gateway: a service token is never treated as an anonymous visitor");
        }
        return old with
        {
            Name = body.Text("name") ?? old.Name,
            AuthDomain = body.Text("auth_domain") ?? old.AuthDomain,
            SessionDuration = body.Duration("session_duration") ?? old.SessionDuration,
            ServiceTokenInactivity = Inactivity(body, old.ServiceTokenInactivity) ?? old.ServiceTokenInactivity,
            Kept = OrganizationFields.Kept.Read(body, old.Kept),
        };
    }

    private static ServiceTokenInactivity? Inactivity(ApiBody body, ServiceTokenInactivity? old)
    {
        const string Name = "service_token_inactivity";
        if (body.Element(Name, "an object", JsonValueKind.Object) is not { } element)
        {
            return null;
        }

        var inner = body.Inner(element, Name);
        var enabled = inner.Flag("enabled") ?? old?.Enabled ?? false;
        var days = inner.Count("inactivity_threshold_days") ?? old?.ThresholdDays ?? ServiceTokenInactivity.MaximumDays;
        var action = inner.Text("action") switch
        {
            null => old?.Action ?? InactivityAction.Disable,
            InactivityResource.Disable => InactivityAction.Disable,
            InactivityResource.Delete => InactivityAction.Delete,
            _ => Refused(),
        };

        // Elsewhere a field that nobody knows is ignored; here its default would decide what becomes of tokens.
        if (inner.Names.FirstOrDefault(name => !inner.Asked.Contains(name)) is { } unknown)
        {
            body.Fail($"'{Name}.{unknown}' is not known here: {string.Join(", ", inner.Asked)}");
        }

        return new ServiceTokenInactivity(enabled, days, action);

        InactivityAction Refused()
        {
            body.Fail($"'{Name}.action' is neither disable nor delete");
            return InactivityAction.Disable;
        }
    }

    private static IResult Ok(Organization organization) =>
        ApiResults.Ok(StatusCodes.Status200OK, OrganizationResource.Of(organization), ApiJson.Default.ApiEnvelopeOrganizationResource);
}
