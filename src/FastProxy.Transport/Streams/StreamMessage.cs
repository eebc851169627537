using System.Buffers;
using System.Text.Json;

namespace FastProxy.Transport.Streams;

/// <summary>
/// One control message of <c>fastproxy.v1</c>: a JSON object of at most <see cref="MaxLength"/> bytes in a TEXT message.
/// Unknown fields are ignored; duplicate keys, unknown types and ids of 2^53 or more are protocol errors.
/// </summary>
public readonly record struct StreamMessage
{
    /// <summary>The longest control message, in bytes.</summary>
    public const int MaxLength = 4096;

    private const long MaxId = 1L << 53;

    private static readonly string[] s_types = ["open", "opened", "refused", "eof", "reset", "closed", "drain", "ping", "pong"];

    /// <summary>What it says.</summary>
    public StreamMessageType Type { get; init; }

    /// <summary>The session, from 1 upwards; 0 in <c>drain</c>, <c>ping</c> and <c>pong</c>.</summary>
    public long Id { get; init; }

    /// <summary><c>open</c>: the application as HOST[/path].</summary>
    public string? App { get; init; }

    /// <summary><c>open</c>: HOST:PORT behind a bastion application.</summary>
    public string? Destination { get; init; }

    /// <summary><c>open</c>: the bastion's claim of its local user. Logged, never decided on.</summary>
    public string? As { get; init; }

    /// <summary><c>refused</c>, <c>closed</c>, <c>drain</c>: the reason's name on the wire.</summary>
    public string? Code { get; init; }

    /// <summary><c>refused</c>: one line for people.</summary>
    public string? Message { get; init; }

    /// <summary><c>opened</c>, <c>refused</c>: the request id.</summary>
    public string? Request { get; init; }

    /// <summary><c>closed</c>: bytes that went to the origin's socket.</summary>
    public long Up { get; init; }

    /// <summary><c>closed</c>: bytes that went to this stream.</summary>
    public long Down { get; init; }

    /// <summary><c>drain</c>: the last session that is or was started.</summary>
    public long Last { get; init; }

    /// <summary><c>ping</c>, <c>pong</c>: the number to repeat.</summary>
    public long Number { get; init; }

    /// <summary>Parses a message.</summary>
    /// <param name="utf8">The whole TEXT message.</param>
    /// <param name="message">The message, when it is valid.</param>
    /// <param name="error">Which rule it breaks, when it is not.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out StreamMessage message, out string? error)
    {
        message = default;
        try
        {
            return TryParseCore(utf8, out message, out error);
        }
        catch (JsonException)
        {
            error = "a control message is not valid JSON";
            return false;
        }
        catch (InvalidOperationException)
        {
            error = "a control message is not valid UTF-8";
            return false;
        }
    }

    /// <summary>Writes the message as JSON.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("type", s_types[(int)Type]);
        switch (Type)
        {
            case StreamMessageType.Ping or StreamMessageType.Pong:
                writer.WriteNumber("n", Number);
                break;
            case StreamMessageType.Drain:
                writer.WriteString("code", Code);
                writer.WriteNumber("last", Last);
                break;
            default:
                writer.WriteNumber("id", Id);
                WriteOptional(writer, "app", App);
                WriteOptional(writer, "destination", Destination);
                WriteOptional(writer, "as", As);
                WriteOptional(writer, "code", Code);
                WriteOptional(writer, "message", Message);
                WriteOptional(writer, "request", Request);
                break;
        }

        if (Type == StreamMessageType.Closed)
        {
            writer.WriteNumber("up", Up);
            writer.WriteNumber("down", Down);
        }

        writer.WriteEndObject();
    }

    /// <summary>The message as JSON.</summary>
    internal byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>(256);
        WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The answer to this <c>ping</c>.</summary>
    internal StreamMessage ToPong() => new() { Type = StreamMessageType.Pong, Number = Number };

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static bool TryParseCore(ReadOnlySpan<byte> utf8, out StreamMessage message, out string? error)
    {
        message = default;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            error = "a control message is not a JSON object";
            return false;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var hasType = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (!seen.Add(name))
            {
                error = "a control message has a key twice";
                return false;
            }

            if (name == "type")
            {
                var index = reader.TokenType == JsonTokenType.String ? Array.IndexOf(s_types, reader.GetString()) : -1;
                if (index < 0)
                {
                    error = "a control message has an unknown type";
                    return false;
                }

                hasType = true;
                message = message with { Type = (StreamMessageType)index };
            }
            else if (!TryReadField(ref reader, name, ref message, out error))
            {
                return false;
            }
        }

        error = !hasType ? "a control message has no type"
            : message.Type < StreamMessageType.Drain && message.Id < 1 ? "a control message has no session id"
            : reader.Read() ? "a control message has bytes after its object"
            : null;
        return error is null;
    }

    private static bool TryReadField(ref Utf8JsonReader reader, string name, ref StreamMessage message, out string? error)
    {
        error = null;
        switch (name)
        {
            case "id" or "up" or "down" or "last" or "n":
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number is < 0 or >= MaxId)
                {
                    error = "a number in a control message is not an integer from 0 to 2^53 - 1";
                    return false;
                }

                message = name switch
                {
                    "id" => message with { Id = number },
                    "up" => message with { Up = number },
                    "down" => message with { Down = number },
                    "last" => message with { Last = number },
                    _ => message with { Number = number },
                };
                return true;

            case "app" or "destination" or "as" or "code" or "message" or "request":
                if (reader.TokenType != JsonTokenType.String)
                {
                    error = "a field of a control message is not a string";
                    return false;
                }

                var text = reader.GetString();
                message = name switch
                {
                    "app" => message with { App = text },
                    "destination" => message with { Destination = text },
                    "as" => message with { As = text },
                    "code" => message with { Code = text },
                    "message" => message with { Message = text },
                    _ => message with { Request = text },
                };
                return true;

            default:
                reader.Skip();
                return true;
        }
    }
}
