using System.Net;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Authentication;

/// <summary>
/// Refuses requests on the TCP address whose Host is another name than its own: the browser of an administrator can be led here by a page
/// whose name was made to resolve to this address (DNS rebinding), and then says that page's name. The port is not looked at: it is
/// another one behind a forwarded connection, and nothing a page could gain by.
/// </summary>
/// <param name="next">What follows.</param>
/// <param name="isOwnName">Whether a name is one the address is known by beside its number and, on loopback, <c>localhost</c>.</param>
internal sealed class OwnHost(RequestDelegate next, Func<string, bool> isOwnName)
{
    /// <summary>Passes a request on, or answers it with 421.</summary>
    public Task InvokeAsync(HttpContext http) =>
        http.Features.Get<ApiCaller>() is { IsOnSocket: true } || IsOwn(http.Request.Host.Host, http.Connection.LocalIpAddress)
            ? next(http)
            : ApiResults.Misdirected().ExecuteAsync(http);

    private bool IsOwn(string host, IPAddress? local)
    {
        if (host.Length == 0 || local is null)
        {
            return false;
        }
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return Plain(address).Equals(Plain(local));
        }
        return (IPAddress.IsLoopback(Plain(local)) && host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) || isOwnName(host);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
