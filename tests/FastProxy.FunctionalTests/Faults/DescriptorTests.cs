using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Faults;

/// <summary>More connections than file descriptors: no listener ends, none spins, and all is well again when they are gone.</summary>
public sealed class DescriptorTests : IDisposable
{
    private const int Descriptors = 150;
    private const int Connections = 250;
    private const string Host = "counting.test.localhost";

    private static readonly string[] s_few = ["prlimit", string.Create(CultureInfo.InvariantCulture, $"--nofile={Descriptors}:{Descriptors}")];
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABastionOutlivesTheirEnd(bool unix)
    {
        await using var origin = new CountingPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        await using var bastion = await StartBastionAsync(gateway, origin, s_few);
        EndPoint listener = unix ? new UnixDomainSocketEndPoint(bastion.Socket) : new IPEndPoint(IPAddress.Loopback, bastion.Port);

        await OutliveAsync(bastion.Program, listener);

        await CompleteAsync(bastion);
    }

    [Fact]
    public async Task AGatewayOutlivesTheirEnd()
    {
        await using var origin = new CountingPeer();
        await using var gateway = await GatewayProcess.StartWithinAsync(new IPEndPoint(IPAddress.Loopback, 0), s_few, "");
        await using var bastion = await StartBastionAsync(gateway, origin, []);

        await OutliveAsync(gateway.Program, new IPEndPoint(IPAddress.Loopback, gateway.Port));

        await CompleteAsync(bastion);
    }

    private async Task OutliveAsync(RunningProgram program, EndPoint listener)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                var socket = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
                sockets.Add(socket);
                await socket.ConnectAsync(listener, _limit.Token);
            }

            await Settled.WaitAsync(() => program.Descriptors(), TimeSpan.FromSeconds(1), _limit.Token);
            var before = program.ProcessorTime();
            var began = Stopwatch.GetTimestamp();
            await Task.Delay(s_watched, _limit.Token);
            var spent = program.ProcessorTime() - before;
            var watched = Stopwatch.GetElapsedTime(began);

            // A loop that tries again at once spends all of it.
            Assert.True(spent < watched / 3, $"{spent} of processor time within {watched}, with {program.Descriptors()} descriptors");
            Assert.False(program.HasExited);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task CompleteAsync(BastionProcess bastion)
    {
        // What was in the backlog is taken and found dead first; what is refused meanwhile is told why.
        var client = new AgentClient(bastion.Socket, Host);
        SessionFate fate;
        while ((fate = await client.RunAsync(1, 1000, TimeSpan.Zero, null, _limit.Token)) != SessionFate.Completed)
        {
            Assert.Equal(SessionFate.Refused, fate);
            await Task.Delay(100, _limit.Token);
        }
    }

    private static async Task<BastionProcess> StartBastionAsync(GatewayProcess gateway, CountingPeer origin, string[] through)
    {
        var token = await gateway.AdmitAsync(Host, string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));
        return await BastionProcess.StartAsync(gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"], "", Host, through);
    }
}
