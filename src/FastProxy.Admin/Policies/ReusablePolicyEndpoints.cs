using FastProxy.Access.Changes;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Policies;

/// <summary><c>…/access/policies</c>: policies that any number of applications use.</summary>
internal static class ReusablePolicyEndpoints
{
    public static void MapReusablePolicies(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/policies", CreateAsync);
        routes.MapGet("/policies", List);
        routes.MapGet("/policies/{id}", Get);
        routes.MapPut("/policies/{id}", UpdateAsync);
        routes.MapDelete("/policies/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var policy = PolicyBody.Read(body, null, time.GetUtcNow());
        RefusePrecedence(body);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.ChangeAsync(snapshot => ReusablePolicyChanges.Create(snapshot, policy), cancellationToken);
        return result.IsOk ? PolicyEndpoints.Written(StatusCodes.Status201Created, result.Value, store) : ApiResults.Failed(result, PolicyEndpoints.Kind);
    }

    private static IResult List(HttpRequest request, IAccessStore store)
    {
        var snapshot = store.Current;
        var (name, search) = (request.Filter("name"), request.Filter("search"));
        return ApiResults.List(
            request,
            snapshot.ReusablePolicies,
            policy => (name is null || policy.Name == name) && ApiQuery.Finds(search, policy.Name),
            policy => PolicyResource.Of(policy, snapshot),
            ApiJson.Default.ApiEnvelopeIReadOnlyListPolicyResource);
    }

    private static IResult Get(string id, IAccessStore store) =>
        Guid.TryParse(id, out var guid) && store.Current.TryGetReusablePolicy(guid, out var policy)
            ? PolicyEndpoints.Ok(StatusCodes.Status200OK, policy, store)
            : ApiResults.NotFound(PolicyEndpoints.Kind);

    private static async Task<IResult> UpdateAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid) || !store.Current.TryGetReusablePolicy(guid, out var existing))
        {
            return ApiResults.NotFound(PolicyEndpoints.Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var policy = PolicyBody.Read(body, existing, time.GetUtcNow());
        RefusePrecedence(body);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.ChangeAsync(
            snapshot => ReusablePolicyChanges.Update(snapshot, guid, _ => policy, time.GetUtcNow()), cancellationToken);
        return result.IsOk ? PolicyEndpoints.Written(StatusCodes.Status200OK, result.Value, store) : ApiResults.Failed(result, PolicyEndpoints.Kind);
    }

    private static async Task<IResult> DeleteAsync(string id, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(PolicyEndpoints.Kind);
        }
        var result = await store.ChangeAsync(snapshot => ReusablePolicyChanges.Delete(snapshot, guid), cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(StatusCodes.Status202Accepted, new DeletedResource(guid), ApiJson.Default.ApiEnvelopeDeletedResource)
            : ApiResults.Failed(result, PolicyEndpoints.Kind);
    }

    private static void RefusePrecedence(ApiBody body)
    {
        if (body.Has("precedence"))
        {
            body.Fail("a reusable policy has no precedence of its own: each application that uses it gives it one");
        }
    }
}
