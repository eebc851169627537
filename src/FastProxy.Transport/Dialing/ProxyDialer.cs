using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>
/// Dials directly, or through the proxy that the settings name for the target. One time-out covers the way to the proxy and its
/// answer. Thread-safe; expected failures are values, and none of their messages shows a proxy's credentials.
/// </summary>
public sealed class ProxyDialer
{
    private readonly Dialer _dialer;
    private readonly ProxySettings _settings;

    /// <summary>Dials with <paramref name="dialer"/>.</summary>
    public ProxyDialer(Dialer dialer, ProxySettings settings)
    {
        ArgumentNullException.ThrowIfNull(dialer);
        ArgumentNullException.ThrowIfNull(settings);
        _dialer = dialer;
        _settings = settings;
    }

    /// <summary>Connects to <paramref name="target"/>; a proxy's no is <see cref="DialError.ProxyRefused"/> with its words.</summary>
    public async ValueTask<DialResult> DialAsync(DialTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var proxy = _settings.Select(target, out var error);
        if (error is not null)
        {
            return DialResult.Failure(DialError.Other, "HTTPS_PROXY cannot be used: " + error);
        }

        return proxy is null
            ? await _dialer.DialAsync(target, cancellationToken)
            : await DialThroughAsync(proxy, target, cancellationToken);
    }

    private async Task<DialResult> DialThroughAsync(ProxyEndpoint proxy, DialTarget target, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_dialer.Options.ConnectTimeout, _dialer.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var dialled = await _dialer.DialAsync(proxy.Target, linked.Token);
        if (dialled.Socket is null)
        {
            return dialled with { Message = "the proxy: " + dialled.Message };
        }

        string? refusal;
        try
        {
            refusal = proxy.Scheme == ProxyScheme.Http
                ? await HttpConnect.NegotiateAsync(dialled.Socket, proxy, target, linked.Token)
                : await SocksConnect.NegotiateAsync(dialled.Socket, proxy, target, linked.Token);
        }
        catch (OperationCanceledException)
        {
            dialled.Socket.Dispose();
            return cancellationToken.IsCancellationRequested
                ? DialFailureText.ForCancellation(target)
                : DialFailureText.ForTimeout(target, _dialer.Options.ConnectTimeout) with { Message = $"cannot connect to {target}: the proxy {proxy} did not answer in time" };
        }
        catch (SocketException)
        {
            refusal = "reset the connection";
        }

        if (refusal is null)
        {
            return dialled;
        }

        dialled.Socket.Dispose();
        return DialResult.Failure(DialError.ProxyRefused, $"cannot connect to {target}: the proxy {proxy} {refusal}");
    }
}
