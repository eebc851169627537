using System.Text;

namespace FastProxy.Testing.Raw;

/// <summary>The head of an HTTP/1.1 request or response as it stood on the wire, read without any library's opinion.</summary>
/// <param name="Text">The whole head with its blank line.</param>
public sealed record RawHead(string Text)
{
    private const int MaxLength = 64 * 1024;

    /// <summary>The first line.</summary>
    public string StartLine => Text[..Text.IndexOf("\r\n", StringComparison.Ordinal)];

    /// <summary>The status of a response.</summary>
    public int Status => int.Parse(StartLine.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>All values of a header, in order, trimmed.</summary>
    public IReadOnlyList<string> Values(string name) =>
        [.. Text.Split("\r\n").Skip(1).Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim())];

    /// <summary>The one value of a header; null if it is absent or repeated.</summary>
    public string? Value(string name) => Values(name) is [var value] ? value : null;

    /// <summary>Reads a head byte by byte, so that nothing behind it is taken. Null at the end of the stream before a whole head.</summary>
    public static async Task<RawHead?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (text.Length < MaxLength)
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
            if (one[0] == '\n' && text.Length >= 4 && text[^4] == '\r' && text[^3] == '\n' && text[^2] == '\r')
            {
                return new RawHead(text.ToString());
            }
        }

        throw new InvalidDataException("a head above 64 KiB");
    }

    /// <summary>Reads the body that Content-Length announces; an absent one is the rest of the stream.</summary>
    public async Task<byte[]> ReadBodyAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (Value("Content-Length") is { } text)
        {
            var body = new byte[int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, cancellationToken);
            return body;
        }

        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest, cancellationToken);
        return rest.ToArray();
    }
}
