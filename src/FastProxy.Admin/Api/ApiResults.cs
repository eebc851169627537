using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using FastProxy.Access.Stores;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Api;

/// <summary>The answers of the API and their statuses, in one place.</summary>
internal static class ApiResults
{
    private const int InvalidRequest = 12130;
    private const int InUse = 12139;
    private const int NoRoute = 7003;
    private const int Internal = 10001;
    private const int NotAuthenticated = 10000;
    private const int NotAuthorized = 9109;
    private const int Notice = 10100;
    private const string Prefix = "access.api.error.";

    /// <summary>The most entries one page holds, and how many it holds where nobody says.</summary>
    private const int MaxPerPage = 1000;

    // So that no product of the two overflows.
    private const int MostPages = int.MaxValue / MaxPerPage;

    /// <summary>Success with an object.</summary>
    public static IResult Ok<T>(int status, T result, JsonTypeInfo<ApiEnvelope<T>> type) =>
        new ApiResult<T>(status, new ApiEnvelope<T>(true, [], [], result), type);

    /// <summary>Success with an object, and sentences that whoever made it should read.</summary>
    public static IResult Ok<T>(int status, T result, JsonTypeInfo<ApiEnvelope<T>> type, IEnumerable<string> messages) =>
        new ApiResult<T>(status, new ApiEnvelope<T>(true, [], [.. messages.Select(message => new ApiError(Notice, message))], result), type);

    /// <summary>The page of a list that the query asks for. A page past the end is empty: clients page until they see that.</summary>
    public static IResult List<TItem, TResource>(
        HttpRequest request,
        IReadOnlyList<TItem> items,
        Func<TItem, bool> filter,
        Func<TItem, TResource> resource,
        JsonTypeInfo<ApiEnvelope<IReadOnlyList<TResource>>> type)
    {
        if (!TryCount(request, "page", 1, out var page) || !TryCount(request, "per_page", MaxPerPage, out var perPage))
        {
            return Invalid($"page and per_page are whole numbers from 1 to {MostPages}");
        }
        TItem[] found = [.. items.Where(filter)];
        perPage = Math.Min(perPage, MaxPerPage);
        var pages = (found.Length + perPage - 1) / perPage;
        IReadOnlyList<TResource> shown = page > pages ? [] : [.. found.Skip((page - 1) * perPage).Take(perPage).Select(resource)];
        var info = new PageInfo(page, perPage, shown.Count, found.Length, pages);
        return new ApiResult<IReadOnlyList<TResource>>(
            StatusCodes.Status200OK, new ApiEnvelope<IReadOnlyList<TResource>>(true, [], [], shown, info), type);
    }

    /// <summary>The request cannot be done as it is: 400, or the status that says more.</summary>
    public static IResult Invalid(string message, int status = StatusCodes.Status400BadRequest) =>
        Failure(status, InvalidRequest, "invalid_request", message);

    /// <summary>The request cannot be done for as many reasons as there are, each with its place.</summary>
    public static IResult Invalid(IEnumerable<(string Pointer, string Message)> problems, int status = StatusCodes.Status400BadRequest) => Failure(
        status, [.. problems.Select(problem => Error(InvalidRequest, "invalid_request", problem.Message) with { Source = new ApiErrorSource(problem.Pointer) })]);

    /// <summary>403: nobody knows who asks.</summary>
    public static IResult Unauthenticated(string message) =>
        Failure(StatusCodes.Status403Forbidden, NotAuthenticated, "not_authenticated", message);

    /// <summary>403: who asks is known and may not.</summary>
    public static IResult Unauthorized(string message) => Failure(StatusCodes.Status403Forbidden, NotAuthorized, "not_authorized", message);

    /// <summary>421: the request was meant for somebody else.</summary>
    public static IResult Misdirected() =>
        Failure(StatusCodes.Status421MisdirectedRequest, NoRoute, "misdirected_request", "this address is not the one that the Host header names");

    /// <summary>404: no such object, <paramref name="what"/> being its kind in the API's words.</summary>
    public static IResult NotFound(string what) => Failure(StatusCodes.Status404NotFound, NoRoute, $"{what}_not_found", "the id names nothing");

    /// <summary>The failure of a change.</summary>
    /// <param name="result">The change; not one that was made.</param>
    /// <param name="what">The kind of object in the API's words, e.g. <c>service_token</c>.</param>
    public static IResult Failed<T>(MutationResult<T> result, string what)
        where T : class => result.Status switch
        {
            MutationStatus.NotFound => NotFound(what),
            MutationStatus.Conflict => Failure(StatusCodes.Status409Conflict, InvalidRequest, $"{what}_already_exists", result.Message!),
            MutationStatus.InUse => Failure(StatusCodes.Status400BadRequest, InUse, $"{what}_in_use", result.Message!),
            MutationStatus.Invalid => Invalid(result.Message!),
            _ => Failure(StatusCodes.Status503ServiceUnavailable, Internal, "store_unavailable", result.Message!),
        };

    /// <summary>An answer to what no endpoint answered, by its status.</summary>
    public static IResult ForStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => Failure(status, NoRoute, "no_route", "there is nothing at this path"),
        StatusCodes.Status405MethodNotAllowed => Failure(status, NoRoute, "no_route", "this path does not take this method"),
        >= 500 => Failure(status, Internal, "internal_server_error", "the gateway failed; its log says why"),
        _ => Failure(status, InvalidRequest, "invalid_request", "the request cannot be read"),
    };

    private static ApiResult<DeletedResource> Failure(int status, int code, string name, string message) => Failure(status, [Error(code, name, message)]);

    private static ApiResult<DeletedResource> Failure(int status, IReadOnlyList<ApiError> errors) =>
        new(status, new ApiEnvelope<DeletedResource>(false, errors, [], null), ApiJson.Default.ApiEnvelopeDeletedResource);

    private static ApiError Error(int code, string name, string message) => new(code, $"{Prefix}{name}: {message}");

    private static bool TryCount(HttpRequest request, string name, int absent, out int count)
    {
        count = absent;
        var text = request.Query[name];
        return text.Count == 0
            || (int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MostPages);
    }
}
