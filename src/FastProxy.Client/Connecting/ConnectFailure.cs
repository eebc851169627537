using FastProxy.Transport.Streams;

namespace FastProxy.Client.Connecting;

/// <summary>Why no session came to be. Nothing in it is secret; texts of the peer are one line and at most 300 characters.</summary>
/// <param name="Stage">How far it came.</param>
/// <param name="Message">One line: the cause, in the gateway's own words where it gave any.</param>
public sealed record ConnectFailure(ConnectStage Stage, string Message)
{
    /// <summary>HTTP status of a refusal; 0 otherwise.</summary>
    public int Status { get; init; }

    /// <summary>The gateway's reason code (<c>Cf-Access-Error</c>); null where it gave none.</summary>
    public string? Reason { get; init; }

    /// <summary>The request id, to find the refusal in the gateway's log.</summary>
    public string? Request { get; init; }

    /// <summary>Whether it is this machine's bastion that refused, without having asked the gateway.</summary>
    public bool ByBastion { get; init; }

    /// <summary>Whether the answer was a redirect to a login page.</summary>
    public bool LoginDemanded { get; init; }

    /// <summary>Whether the server ended the connection without a word of an answer.</summary>
    internal bool Unanswered { get; init; }

    /// <summary>What the user can do, one line; null where there is nothing obvious.</summary>
    public string? NextStep { get; init; }

    /// <summary>The reason code: the gateway's own word where it gave one, else what the stage says.</summary>
    /// <param name="cancelled">What it was cancelled for.</param>
    internal string ReasonName(ReasonCode cancelled) => Reason ?? (Stage switch
    {
        ConnectStage.Cancelled => cancelled,
        ConnectStage.Tls => ReasonCode.GatewayTls,
        ConnectStage.Handshake or ConnectStage.Refused => ReasonCode.GatewayProtocol,
        _ => ReasonCode.GatewayUnreachable,
    }).ToName();
}
