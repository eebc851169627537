using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>The answer no on the unix socket: the gateway's statuses, its reason codes, its JSON body, complete at once.</summary>
/// <param name="Reason">The code, on <c>Cf-Access-Error</c>; the gateway's own word where it said one.</param>
/// <param name="Message">One line for the user.</param>
internal sealed record ConnectRefusal(string Reason, string Message)
{
    /// <summary>A refusal of this bastion's own: the gateway was not asked.</summary>
    public ConnectRefusal(ReasonCode code, string message)
        : this(code.ToName(), message) => (Status, IsOwn) = (code.ToHttpStatus(), true);

    /// <summary>HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>Whether it is the bastion that refuses, and not its gateway.</summary>
    public bool IsOwn { get; }

    /// <summary>The gateway's request id; null where the gateway was not asked.</summary>
    public string? Request { get; init; }

    /// <summary>What to answer where the session did not come to be at the gateway.</summary>
    public static ConnectRefusal Of(ConnectFailure failure, ReasonCode cancelled)
    {
        // The status stands in the status line already, and the client puts it before the words.
        var status = string.Create(CultureInfo.InvariantCulture, $"{failure.Status} ");
        var message = failure.Status > 0 && failure.Message.StartsWith(status, StringComparison.Ordinal) ? failure.Message[status.Length..] : failure.Message;
        return new ConnectRefusal(failure.ReasonName(cancelled), message) { Status = failure.Status, Request = failure.Request };
    }

    /// <summary>Counts the refusal, and writes the answer and the log line. A client that is gone is nobody's failure.</summary>
    public static async Task AnswerAsync(ConnectionContext connection, ILogger logger, SessionCounters counters, PeerCredentials peer, string application, ConnectRefusal refusal)
    {
        refusal.Report(logger, counters, peer, application);
        try
        {
            await connection.Transport.Output.WriteAsync(refusal.Format());
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // It does not want to know.
        }
    }

    /// <summary>Counts the refusal, and writes the log line.</summary>
    internal void Report(ILogger logger, SessionCounters counters, PeerCredentials peer, string application)
    {
        counters.Refused(Reason);
        BastionLog.UserRefused(logger, peer.UserId, peer.UserName ?? "-", peer.ProcessId, application, Message, Reason, Request ?? "-");
    }

    /// <summary>The whole answer.</summary>
    internal byte[] Format()
    {
        var status = Status is >= 400 and < 600 ? Status : ReasonCodes.TryParse(Reason, out var code) && code.ToHttpStatus() > 0 ? code.ToHttpStatus() : 502;
        var body = $"{{\"error\":{{\"code\":{Quote(Reason)},\"message\":{Quote(Message)},\"request_id\":{(Request is null ? "null" : Quote(Request))}}}}}";
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {PhraseOf(status)}\r\n")
            .Append("Content-Type: application/json\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n")
            .Append("Connection: close\r\n")
            .Append(CultureInfo.InvariantCulture, $"{StreamProtocol.ErrorHeader}: {Reason}\r\n");
        if (IsOwn)
        {
            head.Append(CultureInfo.InvariantCulture, $"{StreamProtocol.RefusedByHeader}: {StreamProtocol.Bastion}\r\n");
        }

        if (Request is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"{StreamProtocol.RequestHeader}: {Request}\r\n");
        }

        if (status is 429 or 503)
        {
            head.Append("Retry-After: 1\r\n");
        }

        return Encoding.UTF8.GetBytes(head.Append("\r\n").Append(body).ToString());
    }

    private static string Quote(string text) => $"\"{JavaScriptEncoder.Default.Encode(text)}\"";

    private static string PhraseOf(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Refused",
    };
}
