using System.Globalization;
using System.Text;
using System.Text.Json;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Agent;

/// <summary>What a bastion answers to a CONNECT.</summary>
/// <param name="Failure">Why it refuses; null where the session is open.</param>
public sealed record AgentAnswer(ConnectFailure? Failure)
{
    private const int MaxBody = 4096;
    private const int MaxText = 300;

    /// <summary>Whether it says how the session ends, on a descriptor that comes with the answer.</summary>
    public bool TellsOutcome { get; init; }

    /// <summary>Reads a head that is complete. The body is asked for only where there is something to tell.</summary>
    /// <param name="head">From the status line to the empty line.</param>
    /// <param name="readBody">Reads at most so many bytes.</param>
    public static AgentAnswer Parse(ReadOnlySpan<byte> head, Func<int, byte[]> readBody)
    {
        ArgumentNullException.ThrowIfNull(readBody);
        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        if (head.StartsWith("HTTP/1.1 200 "u8))
        {
            return new AgentAnswer((ConnectFailure?)null) { TellsOutcome = Header(lines, StreamProtocol.OutcomeHeader) == StreamProtocol.OutcomeDescriptor };
        }

        if (lines[0].Split(' ') is not [['H', 'T', 'T', 'P', '/', '1', '.', _], [_, _, _] and var number, ..]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            return new AgentAnswer(new ConnectFailure(ConnectStage.Handshake, "what answered at the bastion's socket is not a bastion"));
        }

        _ = int.TryParse(Header(lines, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length);
        var message = Message(readBody(Math.Min(length, MaxBody)));
        var reason = Header(lines, StreamProtocol.ErrorHeader);
        return new AgentAnswer(StageBehind(reason) is { } stage && message.Length > 0
            ? new ConnectFailure(stage, message) { Reason = reason }
            : new ConnectFailure(ConnectStage.Refused, message.Length > 0 ? $"{number} {message}" : number)
            {
                Status = status,
                Reason = reason,
                Request = Header(lines, StreamProtocol.RequestHeader),
                ByBastion = Header(lines, StreamProtocol.RefusedByHeader) == StreamProtocol.Bastion,
            });
    }

    /// <summary>How far the bastion came with its gateway, where that is what it answers; null where somebody refused.</summary>
    private static ConnectStage? StageBehind(string? reason) => ReasonCodes.TryParse(reason, out var code)
        ? code switch
        {
            ReasonCode.GatewayUnreachable => ConnectStage.Tcp,
            ReasonCode.GatewayTls => ConnectStage.Tls,
            ReasonCode.GatewayProtocol => ConnectStage.Handshake,
            _ => null,
        }
        : null;

    private static string? Header(string[] lines, string name)
    {
        foreach (var line in lines)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                var value = line[(name.Length + 1)..].Trim();
                return value[..Math.Min(value.Length, MaxText)];
            }
        }

        return null;
    }

    /// <summary>The message of <c>{"error":{"message":…}}</c>; empty for any other body.</summary>
    private static string Message(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var text = document.RootElement.GetProperty("error").GetProperty("message").GetString() ?? "";
            return text[..Math.Min(text.Length, MaxText)];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "";
        }
    }
}
