using FastProxy.Access.Applications;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Applications;

/// <summary>
/// The filters of the list of applications: <c>name</c> and <c>domain</c> are contained in the field, or with <c>exact=true</c> are it;
/// <c>aud</c> is the tag; <c>search</c> is contained in any of the three.
/// </summary>
internal sealed record ApplicationFilter(string? Name, string? Domain, string? Aud, string? Search, bool Exact)
{
    /// <summary>The filters of a request.</summary>
    public static ApplicationFilter Of(HttpRequest request) => new(
        request.Filter("name"), request.Filter("domain"), request.Filter("aud"), request.Filter("search"), request.IsOn("exact"));

    /// <summary>Whether an application passes all of them.</summary>
    public bool Admits(Application application)
    {
        string[] domains = [.. application.Domains.Select(domain => domain.ToString())];
        return Matches(Name, application.Name)
            && (Domain is null || domains.Any(domain => Matches(Domain, domain)))
            && (Aud is null || Aud == application.Aud)
            && ApiQuery.Finds(Search, [application.Name, application.Aud, .. domains]);
    }

    private bool Matches(string? filter, string text) =>
        Exact && filter is not null ? string.Equals(filter, text, StringComparison.OrdinalIgnoreCase) : ApiQuery.Finds(filter, text);
}
