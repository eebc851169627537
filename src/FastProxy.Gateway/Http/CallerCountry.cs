using System.Net;
using FastProxy.Access.Policies;
using FastProxy.Gateway.Countries;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>
/// The country a request comes from, which rules about countries are applied to: what a trusted proxy says in the header that
/// <c>geo.header</c> names, or what <c>geo.database</c> knows of the caller's address. Nobody else's header is read.
/// </summary>
internal sealed class CallerCountry(GatewayOptions options, CountryDatabase? database)
{
    /// <summary>The caller's country; not known where none is configured, or where the source does not say exactly one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">The caller's address; null: not known.</param>
    public CountryCode Of(HttpContext context, IPAddress? caller)
    {
        if (database is not null)
        {
            return caller is null ? default : database.Of(caller);
        }

        return options.Geo?.Header is { } header
            && context.Connection.RemoteIpAddress is { } peer && options.IsTrustedProxy(peer)
            && context.Request.Headers[header] is [{ } value]
            && CountryCode.TryParse(value.AsSpan().Trim(), out var country)
                ? country
                : default;
    }
}
