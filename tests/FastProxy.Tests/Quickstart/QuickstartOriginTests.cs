using System.Net;
using System.Net.Sockets;
using FastProxy.Access.Applications;
using FastProxy.Quickstart;

namespace FastProxy.Tests.Quickstart;

public sealed class QuickstartOriginTests
{
    [Fact]
    public async Task What_does_not_listen_is_told_and_what_listens_is_not()
    {
        // Bound, so that nobody else takes the port, and not listening yet.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.True(Origin.TryParse($"ssh://{socket.LocalEndPoint}", out var origin, out var error), error);
        Assert.Contains("refused", await QuickstartOrigin.WhyUnreachableAsync(origin, CancellationToken.None), StringComparison.Ordinal);
        socket.Listen();
        Assert.Null(await QuickstartOrigin.WhyUnreachableAsync(origin, CancellationToken.None));
        Assert.Null(await QuickstartOrigin.WhyUnreachableAsync(Origin.Bastion, CancellationToken.None));
    }
}
