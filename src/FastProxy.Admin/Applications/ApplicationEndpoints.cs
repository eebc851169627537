using System.Diagnostics.CodeAnalysis;
using FastProxy.Access.Applications;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Applications;

/// <summary><c>…/access/apps</c>.</summary>
internal static class ApplicationEndpoints
{
    /// <summary>What an application is called in errors.</summary>
    public const string Kind = "application";

    public static void MapApplications(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/apps", CreateAsync);
        routes.MapGet("/apps", List);
        routes.MapGet("/apps/{app}", Get);
        routes.MapPut("/apps/{app}", UpdateAsync);
        routes.MapDelete("/apps/{app}", DeleteAsync);
        routes.MapPost("/apps/{app}/revoke_tokens", RevokeTokens);
    }

    /// <summary>Finds an application by its id or its audience tag.</summary>
    public static bool TryFind(IAccessStore store, string app, [NotNullWhen(true)] out Application? application)
    {
        var snapshot = store.Current;
        return Guid.TryParse(app, out var id)
            ? snapshot.TryGetApplication(id, out application)
            : snapshot.TryGetApplicationByAud(app, out application);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var application = ApplicationBody.Read(body, null, store.Current, time.GetUtcNow());
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.CreateApplicationAsync(application, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status201Created, result.Value, store) : ApiResults.Failed(result, Kind);
    }

    private static IResult List(HttpRequest request, IAccessStore store)
    {
        var filter = ApplicationFilter.Of(request);
        var snapshot = store.Current;
        return ApiResults.List(
            request,
            snapshot.Applications,
            filter.Admits,
            application => ApplicationResource.Of(application, snapshot),
            ApiJson.Default.ApiEnvelopeIReadOnlyListApplicationResource);
    }

    private static IResult Get(string app, IAccessStore store) =>
        TryFind(store, app, out var application) ? Ok(StatusCodes.Status200OK, application, store) : ApiResults.NotFound(Kind);

    private static async Task<IResult> UpdateAsync(
        string app, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TryFind(store, app, out var existing))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var application = ApplicationBody.Read(body, existing, store.Current, time.GetUtcNow());
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        // Policies that the request does not describe are those of the moment of the change, not of the moment it was read.
        var keepsPolicies = !body.Has("policies");
        var result = await store.UpdateApplicationAsync(
            existing.Id,
            current => application with
            {
                CreatedAt = current.CreatedAt,
                Policies = keepsPolicies ? current.Policies : ApplicationPolicies.AsTheyAre(application.Policies, existing, current),
            },
            cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value, store) : ApiResults.Failed(result, Kind);
    }

    private static async Task<IResult> DeleteAsync(string app, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!TryFind(store, app, out var application))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.DeleteApplicationAsync(application.Id, cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(StatusCodes.Status202Accepted, new DeletedResource(application.Id), ApiJson.Default.ApiEnvelopeDeletedResource)
            : ApiResults.Failed(result, Kind);
    }

    // Ends the tokens that were issued to people who signed in. This gateway checks machines at every request and issues none.
    private static IResult RevokeTokens(string app, IAccessStore store) =>
        TryFind(store, app, out _)
            ? ApiResults.Ok(StatusCodes.Status200OK, new EmptyResource(), ApiJson.Default.ApiEnvelopeEmptyResource)
            : ApiResults.NotFound(Kind);

    private static IResult Ok(int status, Application application, IAccessStore store) => ApiResults.Ok(
        status, ApplicationResource.Of(application, store.Current), ApiJson.Default.ApiEnvelopeApplicationResource);
}
