using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;

namespace FastProxy.Cli.Api;

/// <summary>What is said of calls that got no answer: whether the gateway was reached, and what may have happened there.</summary>
internal sealed partial class ApiClient
{
    private const string OutcomeUnknown = "it is not known whether the change was made";
    private const string LookFirst = "Look at what there is (list, show) before you do it again.";

    /// <summary>No answer in time, to a call that changes something or does not.</summary>
    private ApiFailure Late(bool changes, TimeSpan patience)
    {
        var time = string.Create(CultureInfo.InvariantCulture, $"{patience.TotalSeconds} s");
        return !_connected ? new ApiFailure($"cannot reach {Where}", $"no connection within {time}")
            : !changes ? new ApiFailure($"no answer from {Where}", $"none within {time}") { NextStep = "The gateway is busy or hangs; its log says more." }
            : new ApiFailure($"no answer from {Where}", $"none within {time}; {OutcomeUnknown}") { NextStep = LookFirst, IsOutcomeUnknown = true };
    }

    /// <summary>No answer any more, to a call that changes something or does not.</summary>
    private ApiFailure Lost(HttpRequestException e, bool changes)
    {
        if (!_connected)
        {
            return Unreachable(e);
        }

        // A server that wants a certificate looks for it when, to the client, TLS stands already (RFC 8446 section 4.4.2.4).
        return !_answered && _askedForCertificate
            ? new ApiFailure($"TLS with {Where}", "it asks for a client certificate, and none is given")
            {
                NextStep = $"Show one that its admin.tls client_ca knows: {ApiCertificate.Option} FILE {ApiCertificate.KeyOption} FILE, or {ApiCertificate.Variable} and {ApiCertificate.KeyVariable}.",
            }
            : !_answered && _showsCertificate
            ? new ApiFailure($"TLS with {Where}", "it ended the connection after it was shown the client certificate")
            {
                NextStep = "Its admin.tls client_ca must know the certificate's authority, and the certificate be in force and for client authentication.",
            }
            : !changes
            ? new ApiFailure($"no answer from {Where}", (e.InnerException ?? e).Message) { NextStep = "Is the gateway still running?" }
            : new ApiFailure($"no answer from {Where}", $"the connection was lost; {OutcomeUnknown}") { NextStep = LookFirst, IsOutcomeUnknown = true };
    }

    private ApiFailure Unreachable(HttpRequestException e) => e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
        ? new ApiFailure($"cannot reach {Where}", "permission denied: run this as the gateway's user, or as root")
        : _address.SocketPath is not null
            ? new ApiFailure($"cannot reach {Where}", "is the gateway running?") { NextStep = "A gateway with another data_dir is named by --api unix:DIR/admin.sock or FASTPROXY_API." }
            : e.InnerException is AuthenticationException tls
            ? new ApiFailure($"TLS with {Where}", tls.Message) { NextStep = "If its certificate is from an authority of your own: --ca-file FILE, or SSL_CERT_FILE." }
            : new ApiFailure($"cannot reach {Where}", (e.InnerException ?? e).Message) { NextStep = "Is the gateway running, and does its gateway.yaml say admin: { address: … } with this port?" };
}
