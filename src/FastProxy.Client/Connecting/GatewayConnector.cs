using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Client.Connecting;

/// <summary>
/// Opens sessions: name → TCP (or proxy) → TLS → upgrade, each in its own words when it fails, all of it within one time-out.
/// The first request is the upgrade itself with the credential on it: no probe goes ahead and no redirect is followed.
/// Thread-safe; expected failures are values.
/// </summary>
public sealed class GatewayConnector
{
    private readonly ProxyDialer _dialer;
    private readonly TrustRoots _roots;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _timeProvider;

    /// <summary>A connector.</summary>
    /// <param name="dialer">Makes the TCP connections.</param>
    /// <param name="roots">Which certificate authorities are believed.</param>
    /// <param name="timeout">Time for everything up to the gateway's answer.</param>
    /// <param name="timeProvider">The clock.</param>
    public GatewayConnector(ProxyDialer dialer, TrustRoots roots, TimeSpan timeout, TimeProvider timeProvider)
    {
        _dialer = dialer;
        _roots = roots;
        _timeout = timeout;
        _timeProvider = timeProvider;
    }

    /// <summary>Opens one session. Cancellation is a failure of <see cref="ConnectStage.Cancelled"/>.</summary>
    public async Task<ConnectResult> ConnectAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Prepare(request, out var upgrade) is { } problem)
        {
            return new ConnectResult(null, problem);
        }

        using var deadline = new CancellationTokenSource(_timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var progress = new Progress(ConnectStage.Tcp);
        ConnectResult result;
        try
        {
            result = await ConnectCoreAsync(request, upgrade!, progress, linked.Token);
        }
        catch (OperationCanceledException)
        {
            result = new ConnectResult(null, new ConnectFailure(ConnectStage.Cancelled, "cancelled"));
        }

        return result.Failure is { Stage: ConnectStage.Cancelled } && !cancellationToken.IsCancellationRequested
            ? new ConnectResult(null, TimedOut(progress.Stage))
            : result;
    }

    private static ConnectFailure? Prepare(GatewayRequest request, out UpgradeRequest? upgrade)
    {
        try
        {
            var headers = RequestHeaders.Build(request, out var offers);
            upgrade = new UpgradeRequest(
                request.App.PathAndQuery, request.App.Authority, UpgradeHandshake.CreateKey(), headers, offers ? StreamProtocol.SubProtocol : null);
            return null;
        }
        catch (ArgumentException exception)
        {
            upgrade = null;
            return new ConnectFailure(ConnectStage.Handshake, "the request cannot be made: " + exception.Message);
        }
    }

    private async Task<ConnectResult> ConnectCoreAsync(
        GatewayRequest request, UpgradeRequest upgrade, Progress progress, CancellationToken cancellationToken)
    {
        var app = request.App;
        var target = request.ConnectTo is { } other ? DialTarget.Tcp(other.Host, other.Port ?? (app.Secure ? 443 : 80)) : DialTarget.Tcp(app.Host, app.Port);
        var dialled = await _dialer.DialAsync(target, cancellationToken);
        if (dialled.Socket is null)
        {
            return new ConnectResult(null, Failure(dialled));
        }

        var transport = new SocketStream(dialled.Socket);
        SslStream? tls = null;
        var handedOver = false;
        try
        {
            if (app.Secure)
            {
                progress.Stage = ConnectStage.Tls;
                transport.ReadInRecords();
                (tls, var failure) = await TlsConnector.ConnectAsync(
                    transport, request.ConnectTo?.TlsName ?? app.Host, _roots, request.VerifyCertificate, cancellationToken);
                if (failure is not null)
                {
                    return new ConnectResult(null, failure);
                }
            }

            progress.Stage = ConnectStage.Handshake;
            var result = await UpgradeAsync(transport, tls, upgrade, cancellationToken);
            handedOver = result.Connection is not null;
            return result;
        }
        catch (IOException)
        {
            return new ConnectResult(null, new ConnectFailure(ConnectStage.Handshake, "the connection broke before the server answered"));
        }
        finally
        {
            if (!handedOver)
            {
                dialled.Socket.Dispose();
                await (tls?.DisposeAsync() ?? default);
                await transport.DisposeAsync();
            }
        }
    }

    private async Task<ConnectResult> UpgradeAsync(SocketStream transport, SslStream? tls, UpgradeRequest upgrade, CancellationToken cancellationToken)
    {
        Stream stream = tls is null ? transport : tls;
        var head = new ArrayBufferWriter<byte>(1024);
        upgrade.WriteTo(head);
        await stream.WriteAsync(head.WrittenMemory, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        head.Clear();

        var buffer = new byte[UpgradeResponse.MaxHeadLength];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return new ConnectResult(null, new ConnectFailure(ConnectStage.Handshake, "the server closed the connection before it answered"));
            }

            length += read;
            var status = UpgradeResponse.TryParse(
                buffer.AsSpan(0, length), upgrade.Key, upgrade.SubProtocol, out var response, out var headLength, out var error);
            switch (status)
            {
                case UpgradeStatus.Accepted:
                    return new ConnectResult(Accept(transport, tls, buffer.AsMemory(headLength, length - headLength), response!), null);

                case UpgradeStatus.Refused:
                    return new ConnectResult(null, await RefusalReader.ReadAsync(
                        stream, response!, buffer.AsMemory(headLength, length - headLength), _timeProvider, cancellationToken));

                case UpgradeStatus.Invalid:
                    return new ConnectResult(null, new ConnectFailure(ConnectStage.Handshake, error!));
            }
        }
    }

    private static GatewayConnection Accept(SocketStream transport, SslStream? tls, ReadOnlyMemory<byte> leftover, UpgradeResponse response)
    {
        var ours = response.SubProtocol == StreamProtocol.SubProtocol && response.Header(StreamProtocol.VersionHeader) == StreamProtocol.Version;
        var loopback = transport.Socket.RemoteEndPoint is IPEndPoint remote && IPAddress.IsLoopback(remote.Address);
        return new GatewayConnection(transport, tls, leftover, response, ours, zeroMask: tls is not null || loopback);
    }

    private static ConnectFailure Failure(DialResult dialled) => new(
        dialled.Error switch
        {
            DialError.NameNotFound => ConnectStage.Name,
            DialError.ProxyRefused => ConnectStage.Proxy,
            DialError.Cancelled => ConnectStage.Cancelled,
            _ => ConnectStage.Tcp,
        },
        dialled.Message!);

    private ConnectFailure TimedOut(ConnectStage stage) => new(stage, string.Create(
        CultureInfo.InvariantCulture,
        $"no answer {(stage switch { ConnectStage.Tls => "to the TLS handshake ", ConnectStage.Handshake => "to the request ", _ => string.Empty })}within {_timeout.TotalSeconds:0.###} s (--connect-timeout)"));

    private sealed class Progress(ConnectStage stage)
    {
        public ConnectStage Stage { get; set; } = stage;
    }
}
