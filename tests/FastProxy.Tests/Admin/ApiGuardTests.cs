using FastProxy.Access.ApiTokens;
using FastProxy.Admin.Api;
using FastProxy.Admin.Authentication;
using FastProxy.Storage;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Admin;

public sealed class ApiGuardTests
{
    [Fact]
    public async Task Only_who_is_known_writes_lines_and_none_is_longer_than_a_path_of_the_api()
    {
        using var directory = new TemporaryDirectory();
        await using var store = SqliteAccessStore.Open(directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        var log = new LineLog();
        var guard = new ApiGuard(
            http =>
            {
                http.Response.ContentLength = 0;
                return Task.CompletedTask;
            },
            store,
            log.CreateLogger<ApiGuard>());

        await guard.InvokeAsync(Request("/a", null));
        await guard.InvokeAsync(Request("/b", new ApiCaller((ApiToken?)null)));
        await guard.InvokeAsync(Request("/" + new string('c', 14_000), new ApiCaller((ApiToken?)null)));

        Assert.Contains(" /b (-) by the admin socket", await log.ReadAsync("AdminChange"), StringComparison.Ordinal);
        Assert.InRange((await log.ReadAsync("AdminChange")).Length, 256, 400);
        Assert.Equal(0, log.Count("AdminChange"));
    }

    private static DefaultHttpContext Request(string path, ApiCaller? caller)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.Request.Path = path;
        http.Features.Set(caller);
        return http;
    }
}
