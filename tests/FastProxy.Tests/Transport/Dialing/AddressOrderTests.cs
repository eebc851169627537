using System.Net;
using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Transport.Dialing;

public sealed class AddressOrderTests
{
    [Theory]
    [InlineData("::1 ::2 ::3 10.0.0.1 10.0.0.2", "::1 10.0.0.1 ::2 10.0.0.2 ::3")]
    [InlineData("10.0.0.1 ::1 ::2", "10.0.0.1 ::1 ::2")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3", "10.0.0.1 10.0.0.2 10.0.0.3")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    public void Families_alternate_and_keep_their_own_order(string given, string expected)
    {
        var ordered = AddressOrder.Interleave([.. given.Split(' ').Select(IPAddress.Parse)]);

        Assert.Equal(expected, string.Join(' ', ordered.Select(address => address.ToString())));
    }
}
