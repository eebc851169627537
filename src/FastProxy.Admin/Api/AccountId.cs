using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Api;

/// <summary>The account in a path: any 32 hex digits, since there is one account.</summary>
internal static class AccountId
{
    /// <summary>Lets requests through whose account could be one; others are told that nothing is there.</summary>
    public static ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.GetRouteValue("account_id") is string { Length: 32 } id && id.All(char.IsAsciiHexDigit)
            ? next(context)
            : ValueTask.FromResult<object?>(ApiResults.ForStatus(StatusCodes.Status404NotFound));
}
