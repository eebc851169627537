using FastProxy.Access.Applications;

namespace FastProxy.Tests.Access;

public sealed class DestinationPatternTests
{
    [Theory]
    [InlineData("db.internal:22", "DB.internal.", 22, true)]
    [InlineData("db.internal:22", "db.internal", 23, false)]
    [InlineData("db.internal:22", "x.db.internal", 22, false)]
    [InlineData("db.internal:*", "db.internal", 65535, true)]
    [InlineData("*.example.com:22", "a.example.com", 22, true)]
    [InlineData("*.example.com:22", "a.b.example.com", 22, false)]
    [InlineData("*.example.com:22", "example.com", 22, false)]
    [InlineData("*:22", "anything.at.all", 22, true)]
    [InlineData("*:22", "192.0.2.1", 22, true)]
    [InlineData("*:22", "192.0.2.1", 23, false)]
    [InlineData("10.0.0.0/8:22", "10.200.3.4", 22, true)]
    [InlineData("10.0.0.0/8:22", "11.0.0.1", 22, false)]
    [InlineData("10.0.0.0/8:22", "[::ffff:10.1.1.1]", 22, true)]
    [InlineData("10.0.0.0/8:22", "ten.example.com", 22, false)]
    [InlineData("127.0.0.1:22", "127.0.0.1", 22, true)]
    [InlineData("127.0.0.1:22", "2130706433", 22, true)]
    [InlineData("*.1:22", "127.1", 22, false)]
    [InlineData("2001:db8::/32:*", "2001:db8::1", 5, true)]
    [InlineData("[2001:db8::1]:22", "[2001:DB8:0::1]", 22, true)]
    [InlineData("[2001:db8::1]:22", "2001:db8::2", 22, false)]
    public void What_an_entry_covers(string entry, string host, int port, bool covered)
    {
        var pattern = Sample.Destination(entry);
        Assert.Equal(covered, pattern.Covers(host, port));
        Assert.Equal(covered, Sample.Destination(pattern.ToString()).Covers(host, port));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("db")]
    [InlineData(":22")]
    [InlineData("db:ssh")]
    [InlineData("db:0")]
    [InlineData("10.0.0.0/33:22")]
    [InlineData("127.1:22")]
    [InlineData("a**b.example.com:22")]
    public void What_is_no_entry(string? entry)
    {
        Assert.False(DestinationPattern.TryParse(entry, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void An_application_without_a_list_allows_nothing()
    {
        var application = Sample.Application("a", "a.example.com") with { Origin = Origin.Bastion };
        Assert.False(application.AllowsDestination("db", 22));
        application = application with { AllowedDestinations = [Sample.Destination("x:1"), Sample.Destination("db:22")] };
        Assert.True(application.AllowsDestination("db", 22));
    }
}
