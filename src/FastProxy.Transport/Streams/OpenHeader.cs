using System.Text;

namespace FastProxy.Transport.Streams;

/// <summary>
/// The <c>FastProxy-Open</c> header: an RFC 9651 dictionary whose members are strings, <c>app="H[/path]", destination="H:P"</c>.
/// </summary>
/// <param name="App">HOST[/path]; null stands for the upgrade's own host and path.</param>
/// <param name="Destination">HOST:PORT for a bastion application; else null.</param>
public readonly record struct OpenHeader(string? App, string? Destination)
{
    /// <summary>Reads the header's value. False for anything that is not a dictionary of strings; unknown keys are ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> value, out OpenHeader header)
    {
        header = default;
        value = value.Trim(' ');
        while (!value.IsEmpty)
        {
            if (!TryReadMember(ref value, out var key, out var text))
            {
                return false;
            }

            // RFC 9651 3.2: the last value of a key wins.
            header = key switch
            {
                "app" => header with { App = text },
                "destination" => header with { Destination = text },
                _ => header,
            };
            if (value.IsEmpty)
            {
                return true;
            }

            if (value[0] != ',')
            {
                return false;
            }

            value = value[1..].TrimStart(" \t");
            if (value.IsEmpty)
            {
                // A trailing comma (RFC 9651 4.2.2).
                return false;
            }
        }

        return true;
    }

    /// <summary>The header's value.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, "app", App);
        Append(text, "destination", Destination);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string key, string? value)
    {
        if (value is null)
        {
            return;
        }

        text.Append(text.Length > 0 ? ", " : "").Append(key).Append("=\"");
        foreach (var c in value)
        {
            // RFC 9651 4.1.6; a character that no string may hold cannot be part of a host, a path or a port either.
            if (c is '"' or '\\')
            {
                text.Append('\\');
            }

            text.Append(c is >= ' ' and < '\x7f' ? c : '?');
        }

        text.Append('"');
    }

    private static bool TryReadMember(ref ReadOnlySpan<char> value, out ReadOnlySpan<char> key, out string text)
    {
        text = "";
        var equals = value.IndexOf('=');
        key = equals > 0 ? value[..equals] : default;
        if (key.IsEmpty || key.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789_-.*") >= 0 || key[0] is not ((>= 'a' and <= 'z') or '*'))
        {
            return false;
        }

        value = value[(equals + 1)..];
        if (value.IsEmpty || value[0] != '"')
        {
            return false;
        }

        var builder = new StringBuilder();
        for (var i = 1; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '"')
            {
                text = builder.ToString();
                value = value[(i + 1)..].TrimStart(" \t");
                return true;
            }

            if (c == '\\' && ++i < value.Length)
            {
                c = value[i];
                if (c is not ('"' or '\\'))
                {
                    return false;
                }
            }

            if (c is < ' ' or > '~')
            {
                return false;
            }

            builder.Append(c);
        }

        return false;
    }
}
