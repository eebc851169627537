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
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _timeProvider;
    private volatile TrustRoots _roots;
    private volatile bool _randomMasks;
    private long _dials;
    private long _tlsHandshakes;
    private long _upgrades;

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

    /// <summary>What its user changes to let it wait longer, such as <c>--connect-timeout</c>; null where the time is fixed. Defaults to null.</summary>
    public string? TimeoutSetting { get; init; }

    /// <summary>
    /// Raised with each connection on which a gateway says that the token it has just accepted expires soon: for what was asked, and when it
    /// expires. The handler is quick and does not throw.
    /// </summary>
    public event Action<GatewayRequest, DateTimeOffset>? TokenExpiresSoon;

    /// <summary>Which certificate authorities are believed; a change counts from the next TLS handshake on.</summary>
    public TrustRoots Roots
    {
        get => _roots;
        set => _roots = value;
    }

    /// <summary>
    /// Whether frames to a <c>fastproxy.v1</c> gateway are masked with random keys over TLS and on loopback too, as RFC 6455 5.3 wants it,
    /// and not with the zero key that the subprotocol agrees on. A change counts for new connections. Defaults to false.
    /// </summary>
    public bool RandomMasks
    {
        get => _randomMasks;
        set => _randomMasks = value;
    }

    /// <summary>TCP connections that were made.</summary>
    public long Dials => Volatile.Read(ref _dials);

    /// <summary>TLS handshakes that were begun.</summary>
    public long TlsHandshakes => Volatile.Read(ref _tlsHandshakes);

    /// <summary>HTTP upgrades that were asked for.</summary>
    public long Upgrades => Volatile.Read(ref _upgrades);

    /// <summary>Opens one session. Cancellation is a failure of <see cref="ConnectStage.Cancelled"/>.</summary>
    public async Task<ConnectResult> ConnectAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Prepare(request, out var upgrade) is { } problem)
        {
            return new ConnectResult(null, problem);
        }

        return Told(request, await WithinAsync(
            async (progress, token) => await DialCoreAsync(request, progress, token) switch
            {
                { Connection: { } warm } => await UpgradeCoreAsync(warm, upgrade!, progress, token),
                var (_, failure) => new ConnectResult(null, failure),
            },
            static failure => new ConnectResult(null, failure),
            static result => result.Failure,
            cancellationToken));
    }

    /// <summary>Makes a connection that is ready for the upgrade: TCP, and TLS where the URL says so.</summary>
    public Task<WarmResult> DialAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return WithinAsync(
            (progress, token) => DialCoreAsync(request, progress, token),
            static failure => new WarmResult(null, failure),
            static result => result.Failure,
            cancellationToken);
    }

    /// <summary>Upgrades a connection that <see cref="DialAsync"/> made; it is used up, whatever comes of it.</summary>
    public async Task<ConnectResult> UpgradeAsync(WarmConnection connection, GatewayRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(request);
        if (Prepare(request, out var upgrade) is { } problem)
        {
            await connection.DisposeAsync();
            return new ConnectResult(null, problem);
        }

        return Told(request, await WithinAsync(
            (progress, token) => UpgradeCoreAsync(connection, upgrade!, progress, token),
            static failure => new ConnectResult(null, failure),
            static result => result.Failure,
            cancellationToken));
    }

    private ConnectResult Told(GatewayRequest request, ConnectResult result)
    {
        if (result.Connection?.TokenExpires is { } end)
        {
            TokenExpiresSoon?.Invoke(request, end);
        }

        return result;
    }

    private async Task<T> WithinAsync<T>(
        Func<Progress, CancellationToken, Task<T>> attempt,
        Func<ConnectFailure, T> fail,
        Func<T, ConnectFailure?> failureOf,
        CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var progress = new Progress(ConnectStage.Tcp);
        T result;
        try
        {
            result = await attempt(progress, linked.Token);
        }
        catch (OperationCanceledException)
        {
            result = fail(new ConnectFailure(ConnectStage.Cancelled, "cancelled"));
        }

        return failureOf(result) is { Stage: ConnectStage.Cancelled } && !cancellationToken.IsCancellationRequested
            ? fail(TimedOut(progress.Stage))
            : result;
    }

    private static ConnectFailure? Prepare(GatewayRequest request, out UpgradeRequest? upgrade)
    {
        try
        {
            var headers = RequestHeaders.Build(request, out var offers);
            upgrade = new UpgradeRequest(
                request.Url.PathAndQuery, request.Url.Authority, UpgradeHandshake.CreateKey(), headers, offers ? StreamProtocol.SubProtocol : null);
            return null;
        }
        catch (ArgumentException exception)
        {
            upgrade = null;
            return new ConnectFailure(ConnectStage.Handshake, "the request cannot be made: " + exception.Message);
        }
    }

    private async Task<WarmResult> DialCoreAsync(GatewayRequest request, Progress progress, CancellationToken cancellationToken)
    {
        var url = request.Url;
        var target = request.ConnectTo is { } other ? DialTarget.Tcp(other.Host, other.Port ?? (url.Secure ? 443 : 80)) : DialTarget.Tcp(url.Host, url.Port);
        var dialled = await _dialer.DialAsync(target, cancellationToken);
        if (dialled.Socket is null)
        {
            return new WarmResult(null, Failure(dialled));
        }

        Interlocked.Increment(ref _dials);
        var transport = new SocketStream(dialled.Socket);
        if (!url.Secure)
        {
            return new WarmResult(new WarmConnection(transport, null), null);
        }

        progress.Stage = ConnectStage.Tls;
        Interlocked.Increment(ref _tlsHandshakes);
        transport.ReadInRecords();
        SslStream? tls = null;
        try
        {
            (tls, var failure) = await TlsConnector.ConnectAsync(
                transport, request.ConnectTo?.TlsName ?? url.Host, OtherName(request), _roots, request.VerifyCertificate, cancellationToken);
            return tls is null ? new WarmResult(null, failure) : new WarmResult(new WarmConnection(transport, tls), null);
        }
        finally
        {
            if (tls is null)
            {
                await transport.DisposeAsync();
            }
        }
    }

    /// <summary>How to check the certificate against the hostname, where it is checked against the place that is connected to.</summary>
    private static string? OtherName(GatewayRequest request) => request.ConnectTo is { NamesSni: false } place
        ? string.Create(CultureInfo.InvariantCulture, $"--connect-to {request.Url.Host}:{place.Port ?? request.Url.Port}:{(place.Host.Contains(':') ? $"[{place.Host}]" : place.Host)} checks it against the hostname.")
        : null;

    private async Task<ConnectResult> UpgradeCoreAsync(WarmConnection connection, UpgradeRequest upgrade, Progress progress, CancellationToken cancellationToken)
    {
        progress.Stage = ConnectStage.Handshake;
        Interlocked.Increment(ref _upgrades);
        var handedOver = false;
        try
        {
            var result = await UpgradeAsync(connection, upgrade, cancellationToken);
            handedOver = result.Connection is not null;
            return result;
        }
        catch (IOException)
        {
            return new ConnectResult(null, new ConnectFailure(ConnectStage.Handshake, "the connection broke before the server answered") { Unanswered = true });
        }
        finally
        {
            if (!handedOver)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private async Task<ConnectResult> UpgradeAsync(WarmConnection connection, UpgradeRequest upgrade, CancellationToken cancellationToken)
    {
        var (transport, tls) = (connection.Transport, connection.Tls);
        Stream stream = tls is null ? transport : tls;
        var head = new ArrayBufferWriter<byte>(1024);
        upgrade.WriteTo(head);
        await stream.WriteAsync(head.WrittenMemory, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        head.Clear();
        await connection.AnswerBeganAsync(cancellationToken);

        var buffer = new byte[UpgradeResponse.MaxHeadLength];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return new ConnectResult(null, new ConnectFailure(ConnectStage.Handshake, "the server closed the connection before it answered") { Unanswered = true });
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

    private GatewayConnection Accept(SocketStream transport, SslStream? tls, ReadOnlyMemory<byte> leftover, UpgradeResponse response)
    {
        var ours = response.SubProtocol == StreamProtocol.SubProtocol && response.Header(StreamProtocol.VersionHeader) == StreamProtocol.Version;
        var loopback = transport.Socket.RemoteEndPoint is IPEndPoint remote && IPAddress.IsLoopback(remote.Address);
        return new GatewayConnection(transport, tls, leftover, response, ours, zeroMask: !_randomMasks && (tls is not null || loopback));
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
        $"no answer {(stage switch { ConnectStage.Tls => "to the TLS handshake ", ConnectStage.Handshake => "to the request ", _ => string.Empty })}within {_timeout.TotalSeconds:0.###} s{(TimeoutSetting is null ? "" : $" ({TimeoutSetting})")}"));

    private sealed class Progress(ConnectStage stage)
    {
        public ConnectStage Stage { get; set; } = stage;
    }
}
