using System.Net;
using System.Net.Sockets;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Listening;

namespace FastProxy.Tests.Client.Bastion;

/// <summary>Who may not connect to a bastion, and does as often as they like.</summary>
public sealed class StrangerTests
{
    private const string Event = "BastionNotAllowed";

    [Fact]
    public async Task They_are_all_counted_and_do_not_fill_the_log()
    {
        using var log = new LineLog();
        var time = new ManualTime();
        Assert.True(AppUrl.TryParse("http://127.0.0.1:1", PlainHttp.Loopback, out var app, out var error), error);
        var listener = new PortListener
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Request = new GatewayRequest { App = app, UserAgent = "fastproxy/test" },
            AllowFrom = [IPNetwork.Parse("192.0.2.0/24")],
        };
        await using var server = new BastionServer(new BastionOptions { Listeners = [listener, listener], Sessions = 10 }, TrustRoots.System, ProxySettings.None, log, time);
        await server.StartAsync(CancellationToken.None);
        await KnockAsync(server, 0, 3 * LogLimit.MostLines);
        Assert.Equal(LogLimit.MostLines, log.Count(Event));

        // Another listener has lines of its own.
        await KnockAsync(server, 1, 1);
        Assert.Equal(LogLimit.MostLines + 1, log.Count(Event));

        time.Advance(LogLimit.Period);
        await KnockAsync(server, 0, 1);
        Assert.EndsWith($" allow_from does not name it ({2 * LogLimit.MostLines} more since the last line).", log.ToString().Split('\n')[^1], StringComparison.Ordinal);
        await server.StopAsync(CancellationToken.None);
    }

    private static async Task KnockAsync(BastionServer server, int listener, int times)
    {
        var before = server.Counters.Refusals.Sum();
        for (var i = 1; i <= times; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(server.Addresses[listener]);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Reset already.
            }

            var refused = before + i;
            await Eventually.IsTrueAsync(() => server.Counters.Refusals.Sum() >= refused);
        }
    }
}
