using FastProxy.Client;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>Says how a session failed, in one line.</summary>
internal static class OutcomeText
{
    /// <summary>The error of an outcome; null where there is nothing to tell.</summary>
    /// <param name="outcome">How it went.</param>
    /// <param name="application">What it led to, as its user knows it: HOST[:PORT].</param>
    /// <param name="nearMiss">Why no credential was sent although one seems to be configured; null where that is not so.</param>
    public static CommandError? Describe(CarrierOutcome outcome, string application, string? nearMiss = null)
    {
        if (outcome.Failure is { } failure)
        {
            return new CommandError(outcome.ExitCode, failure.ByBastion ? "refused by the bastion on this machine" : What(failure.Stage, application), failure.Message)
            {
                Reason = failure.Reason,
                Request = failure.Request,
                NextStep = (failure.LoginDemanded || failure.Reason == "credentials_missing" ? nearMiss : null) ?? failure.NextStep ?? (failure.ByBastion ? BastionsNextStep(failure.Reason) : NextStep(failure.Reason)),
            };
        }

        return outcome.ExitCode == ExitCode.Ok ? null : new CommandError(outcome.ExitCode, "the session with " + application, Why(outcome.Ending.Reason))
        {
            Reason = outcome.Ending.Reason.ToName(),
            Request = outcome.Request,
        };
    }

    private static string What(ConnectStage stage, string host) => stage switch
    {
        ConnectStage.Tls => "TLS with " + host,
        ConnectStage.Handshake => "the handshake with " + host,
        ConnectStage.Refused => "refused by " + host,
        _ => "cannot reach " + host,
    };

    private static string Why(ReasonCode reason) => reason switch
    {
        ReasonCode.OriginReset => "the origin reset the connection",
        ReasonCode.Revoked => "the gateway ended it: the credential or the policy that admitted it is gone",
        ReasonCode.PolicyDenied => "the gateway ended it: no policy admits it any more",
        ReasonCode.Shutdown => "the gateway is stopping",
        ReasonCode.Idle => "the gateway ended it: no byte moved for its idle time-out",
        ReasonCode.StreamLost => "the connection to the gateway was lost; bytes may be missing",
        ReasonCode.Protocol => "the other side broke the protocol",
        _ => "it was cut short",
    };

    /// <summary>Who asks a bastion has no token of their own, and its rules are none of the gateway's policies.</summary>
    private static string? BastionsNextStep(string? reason) =>
        reason == ReasonCode.PolicyDenied.ToName() ? "Ask whoever runs the bastion on this machine for a rule." : null;

    private static string? NextStep(string? reason) => reason switch
    {
        "credentials_missing" => "Give a service token: --id-file and --secret-file, TUNNEL_SERVICE_TOKEN_ID and _SECRET, or ~/.config/fastproxy/credentials.yaml.",
        "token_unknown" => "The client id or its secret is wrong, or the token was deleted.",
        "token_expired" => "Ask the gateway's administrator to refresh it (fastproxy token refresh): the secret stays.",
        "token_disabled" => "Ask the gateway's administrator to enable it.",
        "policy_denied" => "Ask the gateway's administrator for a Service Auth policy that includes this token.",
        "destination_missing" => "Name the target behind this application with --destination HOST:PORT.",
        "app_unknown" => "Check --hostname: the gateway has no application of that host and path.",
        _ => null,
    };
}
