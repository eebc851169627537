using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Groups;

/// <summary><c>…/access/groups</c>.</summary>
internal static class GroupEndpoints
{
    private const string Kind = "group";

    public static void MapGroups(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/groups", CreateAsync);
        routes.MapGet("/groups", List);
        routes.MapGet("/groups/{id}", Get);
        routes.MapPut("/groups/{id}", UpdateAsync);
        routes.MapDelete("/groups/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var group = GroupBody.Read(body, Guid.NewGuid(), time.GetUtcNow());
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.CreateGroupAsync(group, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status201Created, result.Value) : ApiResults.Failed(result, Kind);
    }

    private static IResult List(HttpRequest request, IAccessStore store)
    {
        var (name, search) = (request.Filter("name"), request.Filter("search"));
        return ApiResults.List(
            request,
            store.Current.Groups,
            group => (name is null || group.Name == name) && ApiQuery.Finds(search, group.Name),
            GroupResource.Of,
            ApiJson.Default.ApiEnvelopeIReadOnlyListGroupResource);
    }

    private static IResult Get(string id, IAccessStore store) =>
        Guid.TryParse(id, out var guid) && store.Current.TryGetGroup(guid, out var group)
            ? Ok(StatusCodes.Status200OK, group)
            : ApiResults.NotFound(Kind);

    private static async Task<IResult> UpdateAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid) || !store.Current.TryGetGroup(guid, out _))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var group = GroupBody.Read(body, guid, time.GetUtcNow());
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.UpdateGroupAsync(guid, current => group with { CreatedAt = current.CreatedAt }, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value) : ApiResults.Failed(result, Kind);
    }

    private static async Task<IResult> DeleteAsync(string id, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.DeleteGroupAsync(guid, cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(StatusCodes.Status202Accepted, new DeletedResource(guid), ApiJson.Default.ApiEnvelopeDeletedResource)
            : ApiResults.Failed(result, Kind);
    }

    private static IResult Ok(int status, Group group) =>
        ApiResults.Ok(status, GroupResource.Of(group), ApiJson.Default.ApiEnvelopeGroupResource);
}
