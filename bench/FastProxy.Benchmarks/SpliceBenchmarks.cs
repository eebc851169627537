using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Benchmarks;

/// <summary>
/// Both halves of a tunnel in one process, over loopback sockets: App ↔ client splice ↔ wire ↔ gateway splice ↔ Origin. The time is
/// the kernel's for the most part; what counts is the column of allocated bytes: none for a relayed byte.
/// </summary>
public class SpliceBenchmarks
{
    /// <summary>64 batches an operation: one-off allocations of a thread pool that grows would show in a smaller one.</summary>
    private const int Bytes = 16 << 20;

    private readonly byte[] _sent = new byte[256 * 1024];
    private readonly byte[] _received = new byte[256 * 1024];
    private readonly SemaphoreSlim _go = new(0);
    private Socket _app = null!;
    private Socket _origin = null!;
    private Task<SpliceOutcome> _client = null!;
    private Task<SpliceOutcome> _gateway = null!;
    private Thread _sender = null!;
    private volatile bool _done;

    /// <summary>Whether the peers are ours (fastproxy.v1) or a stock one (16 KiB messages, masked).</summary>
    [Params(true, false)]
    public bool Ours { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (_app, var clientLocal) = Connect();
        (var gatewayOrigin, _origin) = Connect();
        var (clientWire, gatewayWire) = Connect();
        var client = new SocketEnd(clientWire, ReasonCode.StreamLost);
        var gateway = new SocketEnd(gatewayWire, ReasonCode.StreamLost);
        SpliceEnd clientEnd = Ours
            ? new ClientStream(client, zeroMask: true, TimeProvider.System).BeginOpened(last: true)
            : new WebSocketEnd(client, PeerRole.Client, KeepAliveKind.Data, TimeProvider.System);
        SpliceEnd gatewayEnd = Ours
            ? new GatewayStream(gateway, TimeProvider.System).BeginOpened()
            : new WebSocketEnd(gateway, PeerRole.Server, KeepAliveKind.Ping, TimeProvider.System);
        _client = Splice.RunAsync(new SocketEnd(clientLocal, ReasonCode.ClientReset), clientEnd, SpliceOptions.Default, null, CancellationToken.None);
        _gateway = Splice.RunAsync(new SocketEnd(gatewayOrigin, ReasonCode.OriginReset), gatewayEnd, SpliceOptions.Default, null, CancellationToken.None);
        _sender = new Thread(Send) { IsBackground = true };
        _sender.Start();
    }

    /// <summary>16 MiB from the application to the origin.</summary>
    [Benchmark]
    public void Relay16MiB()
    {
        _go.Release();
        for (var left = Bytes; left > 0;)
        {
            var count = _origin.Receive(_received);
            if (count == 0)
            {
                throw new IOException("the tunnel ended early");
            }

            left -= count;
        }
    }

    /// <summary>One byte from the application to the origin and back.</summary>
    [Benchmark]
    public void RoundTripOfOneByte()
    {
        _app.Send(_sent, 0, 1, SocketFlags.None);
        _origin.Receive(_received, 0, 1, SocketFlags.None);
        _origin.Send(_sent, 0, 1, SocketFlags.None);
        _app.Receive(_received, 0, 1, SocketFlags.None);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        _done = true;
        _go.Release();
        _sender.Join();
        _app.Dispose();
        _origin.Dispose();
        await Task.WhenAll(_client, _gateway);
    }

    private void Send()
    {
        while (true)
        {
            _go.Wait();
            if (_done)
            {
                return;
            }

            for (var left = Bytes; left > 0;)
            {
                left -= _app.Send(_sent, 0, Math.Min(left, _sent.Length), SocketFlags.None);
            }
        }
    }

    /// <summary>
    /// The two ends of a connection. Made with blocking calls: a socket that was once waited on asynchronously emulates its blocking ones,
    /// and what that allocates would be counted here as the tunnel's.
    /// </summary>
    private static (Socket A, Socket B) Connect()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var a = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        a.Connect(listener.LocalEndPoint!);
        var b = listener.Accept();
        b.NoDelay = true;
        return (a, b);
    }
}
