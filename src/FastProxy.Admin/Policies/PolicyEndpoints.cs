using System.Diagnostics.CodeAnalysis;
using FastProxy.Access.Applications;
using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Applications;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Policies;

/// <summary><c>…/access/apps/{app}/policies</c>: an application's own policies, and the reusable ones it uses.</summary>
internal static class PolicyEndpoints
{
    /// <summary>What a policy is called in errors.</summary>
    public const string Kind = "policy";

    public static void MapApplicationPolicies(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/apps/{app}/policies", CreateAsync);
        routes.MapGet("/apps/{app}/policies", List);
        routes.MapGet("/apps/{app}/policies/{id}", Get);
        routes.MapPut("/apps/{app}/policies/{id}", UpdateAsync);
        routes.MapDelete("/apps/{app}/policies/{id}", DeleteAsync);
        routes.MapPut("/apps/{app}/policies/{id}/make_reusable", MakeReusableAsync);
    }

    /// <summary>The answer that shows a policy.</summary>
    public static IResult Ok(int status, Policy policy, IAccessStore store) =>
        ApiResults.Ok(status, PolicyResource.Of(policy, store.Current), ApiJson.Default.ApiEnvelopePolicyResource);

    /// <summary>The answer to who has written a policy: that, and what is doubtful about it.</summary>
    public static IResult Written(int status, Policy policy, IAccessStore store)
    {
        var snapshot = store.Current;
        return ApiResults.Ok(status, PolicyResource.Of(policy, snapshot), ApiJson.Default.ApiEnvelopePolicyResource, PolicyDoubts.Of(policy, snapshot));
    }

    private static async Task<IResult> CreateAsync(
        string app, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!ApplicationEndpoints.TryFind(store, app, out var application))
        {
            return ApiResults.NotFound(ApplicationEndpoints.Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var policy = PolicyBody.Read(body, null, time.GetUtcNow()) with { Precedence = body.Count("precedence") ?? 0 };
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.AddPolicyAsync(application.Id, policy, cancellationToken);
        return result.IsOk ? Written(StatusCodes.Status201Created, result.Value, store) : ApiResults.Failed(result, Kind);
    }

    private static IResult List(string app, HttpRequest request, IAccessStore store)
    {
        var snapshot = store.Current;
        return ApplicationEndpoints.TryFind(store, app, out var application)
            ? ApiResults.List(
                request,
                application.Policies,
                _ => true,
                policy => PolicyResource.Of(policy, snapshot),
                ApiJson.Default.ApiEnvelopeIReadOnlyListPolicyResource)
            : ApiResults.NotFound(ApplicationEndpoints.Kind);
    }

    private static IResult Get(string app, string id, IAccessStore store) =>
        TryFind(store, app, id, out _, out var policy) ? Ok(StatusCodes.Status200OK, policy, store) : ApiResults.NotFound(Kind);

    private static async Task<IResult> UpdateAsync(
        string app, string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TryFind(store, app, id, out var application, out var existing))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var precedence = body.Count("precedence");
        var policy = existing;
        if (!existing.IsReusable)
        {
            policy = PolicyBody.Read(body, existing, time.GetUtcNow());
        }
        else if (body.Has("decision") || body.Has("include"))
        {
            body.Fail("the policy is reusable: change it at …/access/policies, and here its precedence alone");
        }
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.UpdatePolicyAsync(
            application.Id, existing.Id, current => policy with { Precedence = precedence ?? current.Precedence }, cancellationToken);
        return result.IsOk ? Written(StatusCodes.Status200OK, result.Value, store) : ApiResults.Failed(result, Kind);
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

    private static async Task<IResult> MakeReusableAsync(string app, string id, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TryFind(store, app, id, out var application, out var policy))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.ChangeAsync(
            snapshot => ReusablePolicyChanges.MakeReusable(snapshot, application.Id, policy.Id, time.GetUtcNow()), cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value, store) : ApiResults.Failed(result, Kind);
    }

    private static bool TryFind(
        IAccessStore store, string app, string id, [NotNullWhen(true)] out Application? application, [NotNullWhen(true)] out Policy? policy)
    {
        policy = ApplicationEndpoints.TryFind(store, app, out application) && Guid.TryParse(id, out var guid)
            ? application.Policies.FirstOrDefault(p => p.Id == guid)
            : null;
        return policy is not null;
    }
}
