using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using FastProxy.Access.Changes;
using FastProxy.Access.Lists;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Lists;

/// <summary><c>…/gateway/lists</c>: the lists of addresses and mail addresses that rules name.</summary>
internal static class ListEndpoints
{
    private const string Kind = "list";

    public static void MapLists(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/lists", CreateAsync);
        routes.MapGet("/lists", List);
        routes.MapGet("/lists/{id}", Get);
        routes.MapGet("/lists/{id}/items", Items);
        routes.MapPut("/lists/{id}", ReplaceAsync);
        routes.MapPatch("/lists/{id}", ChangeAsync);
        routes.MapDelete("/lists/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var now = time.GetUtcNow();
        var type = body.RequiredText("type");
        if (type is not (ListResource.Ip or ListResource.Email))
        {
            body.Fail($"the type '{type}' is neither {ListResource.Ip} nor {ListResource.Email}");
        }
        var list = new ValueList
        {
            Id = Guid.NewGuid(),
            Name = body.RequiredText("name"),
            Kind = type == ListResource.Email ? ValueListKind.Email : ValueListKind.Ip,
            Description = body.Text("description") ?? "",
            Items = ReadItems(body, "items", now),
            CreatedAt = now,
            UpdatedAt = now,
        };
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.ChangeAsync(snapshot => ListChanges.Create(snapshot, list), cancellationToken);
        return Answer(StatusCodes.Status201Created, result);
    }

    private static IResult List(HttpRequest request, IAccessStore store)
    {
        var (type, search) = (request.Filter("type"), request.Filter("search"));
        return ApiResults.List(
            request,
            store.Current.Lists,
            list => (type is null || ListResource.Of(list).Type == type) && ApiQuery.Finds(search, list.Name, list.Description),
            ListResource.Of,
            ApiJson.Default.ApiEnvelopeIReadOnlyListListResource);
    }

    private static IResult Get(string id, IAccessStore store) =>
        TryFind(store, id, out var list) ? Answer(StatusCodes.Status200OK, MutationResult<ValueList>.Done(list)) : ApiResults.NotFound(Kind);

    private static IResult Items(string id, HttpRequest request, IAccessStore store) => TryFind(store, id, out var list)
        ? ApiResults.List(request, list.Items, _ => true, ListItemResource.Of, ApiJson.Default.ApiEnvelopeIReadOnlyListListItemResource)
        : ApiResults.NotFound(Kind);

    private static async Task<IResult> ReplaceAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TryFind(store, id, out var known))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var now = time.GetUtcNow();
        var (name, description) = (body.RequiredText("name"), body.Text("description"));
        var (hasItems, items) = (body.Has("items"), ReadItems(body, "items", now));
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        return Answer(StatusCodes.Status200OK, await store.ChangeAsync(snapshot => ListChanges.Update(snapshot, known.Id, Change, now), cancellationToken));

        ValueList Change(ValueList list) => list with
        {
            Name = name,
            Description = description ?? list.Description,
            Items = hasItems ? items : list.Items,
        };
    }

    private static async Task<IResult> ChangeAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!TryFind(store, id, out var known))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var now = time.GetUtcNow();
        var added = ReadItems(body, "append", now);
        // In the form in which they are kept: 192.0.2.1/32 is 192.0.2.1, and must not stay in force because of how it was written.
        var removed = body.Texts("remove").Select(value => ListChanges.Normalize(known.Kind, value)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        return Answer(StatusCodes.Status200OK, await store.ChangeAsync(snapshot => ListChanges.Update(snapshot, known.Id, Change, now), cancellationToken));

        ValueList Change(ValueList list) => list with { Items = [.. list.Items.Where(item => !removed.Contains(item.Value)), .. added] };
    }

    private static async Task<IResult> DeleteAsync(string id, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!TryFind(store, id, out var list))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.ChangeAsync(snapshot => ListChanges.Delete(snapshot, list.Id), cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(StatusCodes.Status200OK, new DeletedResource(list.Id), ApiJson.Default.ApiEnvelopeDeletedResource)
            : ApiResults.Failed(result, Kind);
    }

    private static ImmutableArray<ValueListItem> ReadItems(ApiBody body, string name, DateTimeOffset now)
    {
        var items = ImmutableArray.CreateBuilder<ValueListItem>();
        foreach (var element in body.Items(name))
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                body.Fail($"'{name}' is a list of {{\"value\",\"description\"}}");
                break;
            }
            var item = body.Inner(element, name);
            items.Add(new ValueListItem(item.RequiredText("value"), item.Text("description") ?? "", now));
        }
        return items.DrainToImmutable();
    }

    private static bool TryFind(IAccessStore store, string id, [NotNullWhen(true)] out ValueList? list)
    {
        list = null;
        return Guid.TryParse(id, out var guid) && store.Current.TryGetList(guid, out list);
    }

    private static IResult Answer(int status, MutationResult<ValueList> result) => result.IsOk
        ? ApiResults.Ok(status, ListResource.WithItems(result.Value), ApiJson.Default.ApiEnvelopeListResource)
        : ApiResults.Failed(result, Kind);
}
