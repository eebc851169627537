using System.Net;
using FastProxy.Client.Pooling;
using FastProxy.Testing.Networks;
using FastProxy.Tests.Transport.Sockets;

namespace FastProxy.Tests.Client.Pooling;

public sealed class RouteProbeTests
{
    private static readonly IPEndPoint s_local = new(VethNetwork.NearAddress, 50_000);
    private static readonly IPEndPoint s_remote = new(VethNetwork.FarAddress, 443);

    [NetworkFact]
    public void A_connection_has_moved_when_its_way_is_another_or_none()
    {
        using var network = VethNetwork.Create();
        Assert.False(HasMoved(s_local));
        Assert.True(HasMoved(new IPEndPoint(IPAddress.Parse("10.77.0.9"), 50_000)));
        network.Unplug();
        Assert.True(HasMoved(s_local));

        bool HasMoved(IPEndPoint local) => VethNetwork.Within(network.Near, () => new RouteProbe().HasMoved(local, s_remote));
    }

    [NetworkFact]
    public void Each_way_is_asked_for_once()
    {
        using var network = VethNetwork.Create();
        var probe = new RouteProbe();
        Assert.False(VethNetwork.Within(network.Near, () => probe.HasMoved(s_local, s_remote)));
        network.Unplug();
        Assert.False(VethNetwork.Within(network.Near, () => probe.HasMoved(new IPEndPoint(s_local.Address, 50_001), s_remote)));
    }

    [Fact]
    public void What_is_no_IP_connection_does_not_move() => Assert.False(new RouteProbe().HasMoved(null, null));
}
