using System.Net;
using FastProxy.Access.Policies;
using FastProxy.Gateway;
using FastProxy.Gateway.Countries;
using FastProxy.Gateway.Http;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Gateway;

public sealed class CallerCountryTests
{
    private const string Header = "CF-IPCountry";
    private const string Host = "app.example.com";

    private static readonly GatewayOptions s_options = new()
    {
        DataDirectory = "/",
        Listeners = [],
        Limits = GatewayFixture.Limits,
        TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")],
        Geo = new GeoOptions { Header = Header },
    };

    // A bar separates header lines.
    [Theory]
    [InlineData("a trusted proxy is believed", "10.0.0.1", "PT", "PT")]
    [InlineData("… over IPv6 too", "::ffff:10.0.0.1", "PT", "PT")]
    [InlineData("… in either case", "10.0.0.1", " pt ", "PT")]
    [InlineData("nobody else is", "192.0.2.1", "PT", "")]
    [InlineData("it may say nothing", "10.0.0.1", null, "")]
    [InlineData("it may not know", "10.0.0.1", "XX", "")]
    [InlineData("it must say one thing", "10.0.0.1", "PT|ES", "")]
    [InlineData("… that is a country", "10.0.0.1", "Portugal", "")]
    public void The_country_is_what_a_trusted_proxy_says(string rule, string peer, string? header, string expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (header is not null)
        {
            context.Request.Headers[Header] = header.Split('|');
        }

        Assert.True(expected == new CallerCountry(s_options, null).Of(context, null).ToString(), rule);
        Assert.False(new CallerCountry(s_options with { Geo = null }, null).Of(context, null).IsKnown);
    }

    [Fact]
    public void A_database_knows_the_caller_s_address_and_is_reread_when_it_changes()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Root, "countries.mmdb");
        var time = new ManualTime();
        File.WriteAllBytes(file, CountryFile.Of(("192.0.2.0/24", "PT"), ("198.51.100.0/25", "ES")));
        var countries = new CallerCountry(s_options, CountryDatabase.Open(file, time, NullLogger.Instance));
        Assert.Equal(["PT", "ES", "", "", ""], new[] { "192.0.2.7", "198.51.100.127", "198.51.100.128", "10.0.0.1", "2001:db8::1" }.Select(Of));
        Assert.False(countries.Of(new DefaultHttpContext(), null).IsKnown);

        File.WriteAllBytes(file, CountryFile.Of(("192.0.2.0/24", "FR")));
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(5));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("FR", Of("192.0.2.7"));

        File.WriteAllText(file, "no database");
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(9));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("FR", Of("192.0.2.7"));
        Assert.Throws<GatewayStartException>(() => CountryDatabase.Open(file, time, NullLogger.Instance));

        string Of(string address) => countries.Of(new DefaultHttpContext(), IPAddress.Parse(address)).ToString();
    }

    [Fact]
    public async Task A_database_that_does_not_answer_keeps_one_caller()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Root, "countries.mmdb");
        var time = new ManualTime();
        File.WriteAllBytes(file, CountryFile.Of(("192.0.2.0/24", "PT")));
        var countries = CountryDatabase.Open(file, time, NullLogger.Instance);
        NamedPipe.Replace(file);
        var callers = new List<Task<CountryCode>>();
        for (var i = 0; i < 8; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            callers.Add(Task.Factory.StartNew(
                () => countries.Of(IPAddress.Parse("192.0.2.7")), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        // Whoever was the one to look waits still.
        await Eventually.IsTrueAsync(() => callers.Count(caller => !caller.IsCompleted) == 1);
        await using (await NamedPipe.ReadAsync(file))
        {
            Assert.All(await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60)), country => Assert.Equal("PT", country.ToString()));
        }
    }

    [Theory]
    [InlineData("PT", "HTTP/1.1 101 ")]
    [InlineData("ES", "HTTP/1.1 403 ")]
    public async Task Rules_see_the_country_in_the_header(string country, string status)
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayFixture.StartAsync(trustedProxies: [IPNetwork.Parse("127.0.0.0/8")], countryHeader: Header);
        Assert.True(CountryCode.TryParse("PT", out var portugal));
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new GeoRule(portugal));
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(Host, $"{Header}: {country}\r\n")));
        var answer = new byte[1024];
        var count = await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith(status, System.Text.Encoding.Latin1.GetString(answer, 0, count), StringComparison.Ordinal);
    }
}
