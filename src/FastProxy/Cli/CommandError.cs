using System.Text;
using FastProxy.Client;

namespace FastProxy.Cli;

/// <summary>
/// A failed command: its exit code and the one line on stderr,
/// <c>fastproxy: WHAT: WHY [reason=CODE] [request=ID]</c>, with the next step, where there is one, on a second line.
/// </summary>
internal sealed record CommandError(ExitCode ExitCode, string What, string Why)
{
    public string? Reason { get; init; }

    public string? Request { get; init; }

    public string? NextStep { get; init; }

    /// <summary>The one or two lines, without the final newline.</summary>
    public string Format()
    {
        var text = new StringBuilder("fastproxy: ").Append(OneLine(What)).Append(": ").Append(OneLine(Why));
        if (Reason is not null)
        {
            text.Append(" [reason=").Append(OneLine(Reason)).Append(']');
        }

        if (Request is not null)
        {
            text.Append(" [request=").Append(OneLine(Request)).Append(']');
        }

        if (NextStep is not null)
        {
            text.Append('\n').Append(OneLine(NextStep));
        }

        return text.ToString();
    }

    /// <summary>Writes it to stderr and gives the exit code of the process.</summary>
    public int Report()
    {
        StandardError.WriteLine(Format());
        return (int)ExitCode;
    }

    /// <summary>What a peer sent must neither break the line nor reach the terminal as an escape sequence.</summary>
    private static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return text;
        }

        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
