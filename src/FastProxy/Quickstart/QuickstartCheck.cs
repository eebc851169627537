using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Cli.Carrying;
using FastProxy.Client.Credentials;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Quickstart;

/// <summary>
/// <c>quickstart --check</c>: an origin of its own that echoes, and a client that sends real bytes through the whole path, ends
/// its direction, and compares what comes back.
/// </summary>
internal sealed class QuickstartCheck : IAsyncDisposable
{
    private const int Bytes = 8 << 20;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _echo;

    public QuickstartCheck()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        _echo = EchoAsync();
    }

    /// <summary>Where the echo listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Sends, ends, and compares, with the client's own code from the command line down.</summary>
    public static async Task<(bool Ok, string Line)> RunAsync(
        IPEndPoint gateway,
        QuickstartCertificates certificates,
        QuickstartSetup setup,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var settings = new CarrierSettings
        {
            Command = "quickstart --check",
            Hostname = $"{QuickstartSetup.Host}:{gateway.Port}",
            CaFile = certificates.AuthorityFile,
            Credential = new CredentialOptions { IdFile = setup.IdFile, SecretFile = setup.SecretFile },
        };
        using var log = SessionLog.Open(null, null, "error", console: false, out _);
        var carrier = CarrierSetup.Create(settings, log, out var error);
        if (carrier is null)
        {
            return (false, error!.Format());
        }

        var sent = RandomNumberGenerator.GetBytes(Bytes);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var app = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await app.ConnectAsync(listener.LocalEndPoint!, cancellationToken);
        var local = await listener.AcceptAsync(cancellationToken);

        var began = timeProvider.GetTimestamp();
        var carried = carrier.Carrier.CarryAsync(carrier.Request, () => new SocketEnd(local, ReasonCode.ClientReset), cancellationToken);
        var sending = SendAsync(app, sent, cancellationToken);
        var receiving = ReceiveAsync(app, cancellationToken);
        if (OutcomeText.Describe(await carried, carrier.Request.App.Authority) is { } failure)
        {
            return (false, failure.Format());
        }

        var received = await receiving;
        await sending;
        var seconds = timeProvider.GetElapsedTime(began).TotalSeconds;
        return received.AsSpan().SequenceEqual(sent)
            ? (true, string.Create(CultureInfo.InvariantCulture, $"{Bytes} bytes went through TLS, token, policy and origin, came back the same, and the half-close arrived, in {seconds:F3} s"))
            : (false, $"{Bytes} bytes were sent, {received.Length} came back, and they differ");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _echo;
        _stop.Dispose();
    }

    private static async Task SendAsync(Socket app, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            await app.SendAsync(bytes, cancellationToken);
            app.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The receiving side reports what went wrong.
        }
    }

    private static async Task<byte[]> ReceiveAsync(Socket app, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream(Bytes);
        var buffer = new byte[64 * 1024];
        for (int count; (count = await app.ReceiveAsync(buffer, cancellationToken)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private async Task EchoAsync()
    {
        try
        {
            using var socket = await _listener.AcceptAsync(_stop.Token);
            var buffer = new byte[64 * 1024];
            for (int count; (count = await socket.ReceiveAsync(buffer, _stop.Token)) > 0;)
            {
                await socket.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The session failed, and the client's side says why.
        }
    }
}
