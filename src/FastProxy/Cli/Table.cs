using System.Text;

namespace FastProxy.Cli;

/// <summary>Aligned columns for people. Plain text: no colour, no frames, nothing to strip in a script.</summary>
internal static class Table
{
    /// <summary>The table, each line ended.</summary>
    public static string Format(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> lines = [headers, .. rows.Select(row => row.Select(Printable).ToArray())];
        var widths = headers.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            for (var column = 0; column < line.Count; column++)
            {
                text.Append(column == line.Count - 1 ? line[column] : line[column].PadRight(widths[column] + 2));
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Names and their values, one a line.</summary>
    public static string Fields(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var width = 0;
        foreach (var (name, _) in fields)
        {
            width = Math.Max(width, name.Length);
        }
        var text = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            text.Append(name.PadRight(width + 2)).Append(Printable(value)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The text with blanks for control characters: what an API returned must not move the cursor.</summary>
    public static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
