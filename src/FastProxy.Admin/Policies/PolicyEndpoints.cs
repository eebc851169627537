using System.Diagnostics.CodeAnalysis;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Applications;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Policies;

/// <summary><c>…/access/apps/{app}/policies</c>.</summary>
internal static class PolicyEndpoints
{
    private const string Kind = "policy";

    public static void MapApplicationPolicies(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/apps/{app}/policies", CreateAsync);
        routes.MapGet("/apps/{app}/policies", List);
        routes.MapGet("/apps/{app}/policies/{id}", Get);
        routes.MapPut("/apps/{app}/policies/{id}", UpdateAsync);
        routes.MapDelete("/apps/{app}/policies/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(
        string app, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ApplicationEndpoints.TryFind(store, app, out var application))
        {
            return ApiResults.NotFound(ApplicationEndpoints.Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var policy = PolicyBody.Read(body, null, time.GetUtcNow());
        if (body.Error is { } error)
        {
            return ApiResults.Invalid(error);
        }
        var result = await store.AddPolicyAsync(application.Id, policy, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status201Created, result.Value) : ApiResults.Failed(result, Kind);
    }

    private static IResult List(string app, HttpRequest request, IAccessStore store) =>
        ApplicationEndpoints.TryFind(store, app, out var application)
            ? ApiResults.List(request, application.Policies, PolicyResource.Of, ApiJson.Default.ApiEnvelopeIReadOnlyListPolicyResource)
            : ApiResults.NotFound(ApplicationEndpoints.Kind);

    private static IResult Get(string app, string id, IAccessStore store) =>
        TryFind(store, app, id, out _, out var policy) ? Ok(StatusCodes.Status200OK, policy) : ApiResults.NotFound(Kind);

    private static async Task<IResult> UpdateAsync(
        string app, string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TryFind(store, app, id, out var application, out var existing))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var policy = PolicyBody.Read(body, existing, time.GetUtcNow());
        if (body.Error is { } error)
        {
            return ApiResults.Invalid(error);
        }
        var keepsPlace = !body.Has("precedence");
        var result = await store.UpdatePolicyAsync(
            application.Id,
            existing.Id,
            current => policy with { CreatedAt = current.CreatedAt, Precedence = keepsPlace ? current.Precedence : policy.Precedence },
            cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value) : ApiResults.Failed(result, Kind);
    }

    private static async Task<IResult> DeleteAsync(string app, string id, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!TryFind(store, app, id, out var application, out var policy))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.RemovePolicyAsync(application.Id, policy.Id, cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(StatusCodes.Status202Accepted, new DeletedResource(policy.Id), ApiJson.Default.ApiEnvelopeDeletedResource)
            : ApiResults.Failed(result, Kind);
    }

    private static bool TryFind(
        IAccessStore store, string app, string id, [NotNullWhen(true)] out Application? application, [NotNullWhen(true)] out Policy? policy)
    {
        policy = ApplicationEndpoints.TryFind(store, app, out application) && Guid.TryParse(id, out var guid)
            ? application.Policies.FirstOrDefault(p => p.Id == guid)
            : null;
        return policy is not null;
    }

    private static IResult Ok(int status, Policy policy) =>
        ApiResults.Ok(status, PolicyResource.Of(policy), ApiJson.Default.ApiEnvelopePolicyResource);
}
