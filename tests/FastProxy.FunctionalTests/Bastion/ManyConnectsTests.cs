using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>A thousand clients that come in the same moment.</summary>
public sealed class ManyConnectsTests
{
    private const int Clients = 1000;
    private const string Host = "echo.test.localhost";

    [Fact]
    public async Task AThousandAtOnceAllGetTheirOwnBytesBack()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await BastionProcess.StartAsync(gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"], portTo: Host);

        var began = Stopwatch.GetTimestamp();
        var exchanges = await Task.WhenAll(Enumerable.Range(1, Clients).Select(ExchangeAsync));
        Figures.Record($"{Clients} simultaneous connects through a bastion", Stopwatch.GetElapsedTime(began).TotalSeconds, "s");

        Assert.All(exchanges, exchange => Assert.Equal(exchange.Sent, exchange.Received));
        Assert.Equal(Clients, origin.Accepted);

        async Task<(byte[] Sent, byte[] Received)> ExchangeAsync(int seed)
        {
            var sent = new SeededBytes(seed).ToArray(1000 + seed);
            using var received = new MemoryStream();
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, bastion.Port), limit.Token);
                using var stream = new NetworkStream(socket);
                await stream.WriteAsync(sent, limit.Token);
                socket.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(received, 4096, limit.Token);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // The bastion says why, in its own time.
                await bastion.Program.WaitForErrorAsync(new Regex("refused"), TimeSpan.FromSeconds(60));
                Assert.Fail($"client {seed}: {exception.Message}\n{string.Join('\n', bastion.Log.Split('\n').Where(line => line.Contains("refused", StringComparison.Ordinal)).Take(3))}");
            }

            return (sent, received.ToArray());
        }
    }
}
