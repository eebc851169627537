using System.Net.Security;
using System.Security.Authentication;
using FastProxy.Access.Applications;
using FastProxy.Gateway.Http;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Origins;

/// <summary>Connects to origins. A failure is a refusal that names the origin and the cause.</summary>
internal sealed class OriginDialer
{
    private readonly Dialer _dialer;
    private readonly TimeSpan _timeout;

    public OriginDialer(GatewayOptions options, TimeProvider timeProvider)
    {
        _timeout = options.Limits.OriginConnectTimeout;
        _dialer = new Dialer(new DialerOptions { ConnectTimeout = _timeout, KeepAlive = options.Keepalive }, timeProvider);
    }

    /// <summary>Dials; TLS where the origin is <c>https</c>. One of the two results is null.</summary>
    public async ValueTask<(SpliceEnd? End, Refusal? Refusal)> DialAsync(Origin origin, CancellationToken cancellationToken)
    {
        var target = origin.Path is { } path ? DialTarget.Unix(path) : DialTarget.Tcp(origin.Host!, origin.Port);
        var result = await _dialer.DialAsync(target, cancellationToken);
        if (result.Socket is not { } socket)
        {
            return (null, new Refusal(CodeOf(result.Error), $"the origin {origin} cannot be reached: {result.Message}"));
        }

        if (origin.Scheme != OriginScheme.Https)
        {
            return (new SocketEnd(socket, ReasonCode.OriginReset), null);
        }

        var stream = new SocketStream(socket);
        var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_timeout);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = origin.Host }, deadline.Token);
            return (new TlsEnd(tls, stream, ReasonCode.OriginReset), null);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or OperationCanceledException)
        {
            await tls.DisposeAsync();
            await stream.DisposeAsync();
            return (null, new Refusal(ReasonCode.OriginTls, $"the TLS handshake with the origin {origin} failed: {exception.Message}"));
        }
    }

    private static ReasonCode CodeOf(DialError error) => error switch
    {
        DialError.NameNotFound => ReasonCode.OriginName,
        DialError.TimedOut => ReasonCode.OriginTimeout,
        DialError.OutOfDescriptors => ReasonCode.Overloaded,
        _ => ReasonCode.OriginRefused,
    };
}
