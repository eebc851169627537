using FastProxy.Access.Policies;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>
/// The country a request comes from, which rules about countries are applied to: what a trusted proxy says in the header that
/// <c>geo.header</c> names. Nobody else's header is read.
/// </summary>
internal static class CallerCountry
{
    /// <summary>The caller's country; not known where none is configured, the peer is no trusted proxy, or it does not say exactly one.</summary>
    public static CountryCode Of(HttpContext context, GatewayOptions options) =>
        options.Geo?.Header is { } header
        && context.Connection.RemoteIpAddress is { } peer && options.IsTrustedProxy(peer)
        && context.Request.Headers[header] is [{ } value]
        && CountryCode.TryParse(value.AsSpan().Trim(), out var country)
            ? country
            : default;
}
