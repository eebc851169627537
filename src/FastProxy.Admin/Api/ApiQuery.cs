using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Api;

/// <summary>The filters of a list, as they stand in the query. An empty one is none.</summary>
internal static class ApiQuery
{
    /// <summary>A filter's text; null where there is none.</summary>
    public static string? Filter(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Whether a filter is there and true.</summary>
    public static bool IsOn(this HttpRequest request, string name) => request.Filter(name) is "true" or "1";

    /// <summary>Whether any of the texts has the one that is searched for in it, in any case; true where nothing is searched for.</summary>
    public static bool Finds(string? search, params ReadOnlySpan<string> texts)
    {
        if (search is null)
        {
            return true;
        }
        foreach (var text in texts)
        {
            if (text.Contains(search, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
