using FastProxy.Cli.Carrying;
using FastProxy.Cli.DropIn;
using FastProxy.Client.Connecting;

namespace FastProxy.Tests.Cli.DropIn;

public sealed class DropInFlagsTests
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["TUNNEL_SERVICE_HOSTNAME"] = "env.test",
        ["TUNNEL_SERVICE_DESTINATION"] = "env:22",
        ["TUNNEL_SERVICE_URL"] = "localhost:1",
    };

    [Fact]
    public void A_flag_beats_its_variable()
    {
        var settings = Settings("--hostname h --destination d:22 --url localhost:2", out _)!;

        Assert.Equal(("h", "d:22", "localhost:2"), (settings.Hostname, settings.Destination, settings.Listen));
        Assert.Equal((true, PlainHttp.Never), (settings.DropIn, settings.Plain));
    }

    [Fact]
    public void Variables_stand_in()
    {
        var settings = Settings("", out _)!;

        Assert.Equal(("env.test", "env:22", "localhost:1"), (settings.Hostname, settings.Destination, settings.Listen));
    }

    [Fact]
    public void Two_listeners_are_an_error()
    {
        Assert.Null(Settings("--url localhost:1 localhost:2", out var error));
        Assert.Equal("a listener is given twice: --url and an argument", error);
    }

    [Theory]
    [InlineData("--connect-timeout soon", "--connect-timeout is a duration above 0, such as 10s")]
    [InlineData("--keepalive always", "--keepalive is data, pong or off")]
    [InlineData("--secret-fd x", "--secret-fd is the number of a descriptor")]
    public void Values_are_checked(string line, string expected)
    {
        Assert.Null(Settings(line, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Secrets_are_wrapped_at_once()
    {
        var settings = Settings("--id i --secret hunter2", out _)!;

        Assert.Equal("hunter2", settings.Credential.ClientSecret!.Reveal());
        Assert.DoesNotContain("hunter2", settings.ToString(), StringComparison.Ordinal);
    }

    private CarrierSettings? Settings(string line, out string? error)
    {
        var parser = new GoFlagParser(DropInFlags.Carrier);
        Assert.True(parser.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _));
        return DropInFlags.ToSettings(parser, "access ssh", _environment.GetValueOrDefault, out error);
    }
}
