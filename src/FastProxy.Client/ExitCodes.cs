using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Client;

/// <summary>The one place that decides which exit code an ending has.</summary>
public static class ExitCodes
{
    /// <summary>The exit code of a session that did not come to be.</summary>
    public static ExitCode Of(ConnectFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Stage switch
        {
            ConnectStage.Name or ConnectStage.Tcp or ConnectStage.Proxy => ExitCode.GatewayUnreachable,
            ConnectStage.Tls => ExitCode.Tls,
            ConnectStage.Handshake => ExitCode.Protocol,
            ConnectStage.Refused when failure.LoginDemanded => ExitCode.NotAuthenticated,
            ConnectStage.Refused when ReasonCodes.TryParse(failure.Reason, out var reason) && OfGateway(reason) is { } code => code,
            ConnectStage.Refused => OfStatus(failure.Status),
            _ => ExitCode.Failed,
        };
    }

    /// <summary>The exit code of a session that ran. A local end that went away is nobody's failure.</summary>
    public static ExitCode Of(ReasonCode ending) => ending switch
    {
        ReasonCode.Ok or ReasonCode.ClientReset => ExitCode.Ok,
        ReasonCode.Protocol => ExitCode.Protocol,
        _ when ending.ToHttpStatus() is not 0 and not 503 => OfStatus(ending.ToHttpStatus()),
        _ => ExitCode.SessionReset,
    };

    /// <summary>What a bastion says of its gateway is what a client that asks the gateway itself would have found.</summary>
    private static ExitCode? OfGateway(ReasonCode reason) => reason switch
    {
        ReasonCode.GatewayUnreachable => ExitCode.GatewayUnreachable,
        ReasonCode.GatewayTls => ExitCode.Tls,
        ReasonCode.GatewayProtocol => ExitCode.Protocol,
        _ => null,
    };

    private static ExitCode OfStatus(int status) => status switch
    {
        401 => ExitCode.NotAuthenticated,
        400 or 403 or 404 or 421 => ExitCode.Refused,
        429 or 503 => ExitCode.Limited,

        // 520 to 530 are what Cloudflare's edge answers for an origin it cannot reach.
        502 or 504 or (>= 520 and <= 530) => ExitCode.OriginUnreachable,
        _ => ExitCode.Protocol,
    };
}
