using FastProxy.Cli;

namespace FastProxy.Tests.Cli;

public sealed class StoreCommandTests
{
    [Theory]
    [InlineData("/given", "http://127.0.0.1:7444", "/given")]
    [InlineData(null, "unix:/var/lib/other/admin.sock", "/var/lib/other")]
    [InlineData(null, null, "/var/lib/mine")]
    [InlineData("", "", "/var/lib/mine")]
    public void The_directory_is_the_one_that_is_named(string? given, string? api, string expected)
    {
        Assert.True(StoreCommand.TryFindDirectory(given, Variables(api), out var directory, out _));
        Assert.Equal(expected, directory);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7444")]
    [InlineData("https://gateway.example.com")]
    [InlineData("/var/lib/other/admin.sock")]
    public void The_default_directory_does_not_stand_in_for_one_that_is_not_known(string api)
    {
        Assert.False(StoreCommand.TryFindDirectory(null, Variables(api), out _, out var error));
        Assert.Contains("say --data-dir DIR", error, StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(string? api) => name => name switch
    {
        "FASTPROXY_API" => api,
        "STATE_DIRECTORY" => "/var/lib/mine",
        _ => null,
    };
}
