using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Applications;

/// <summary>
/// The path of an application's domain. It covers itself and what lies below it; <c>*</c> may span segments; a trailing <c>/*</c> covers
/// what lies below and not the parent. Empty: everything. Case matters (RFC 3986 section 6.2.2.1).
/// </summary>
internal static class PathPattern
{
    private const int MaximumLength = 1024;

    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = null;
        if (text.Length > MaximumLength)
        {
            error = $"the path is longer than {MaximumLength} characters";
        }
        else if (text.AsSpan().IndexOfAny("?#") >= 0)
        {
            error = "a domain has no query and no fragment";
        }
        else if (text.AsSpan().IndexOfAny("%\\ ") >= 0 || text.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            // Requests are compared decoded, so an encoded pattern would never match what its author meant.
            error = "the path has a blank, a backslash, a control character or a percent sign (write it decoded)";
        }
        else if (text is "" or "/" or "/*")
        {
            pattern = "";
        }
        else
        {
            var trimmed = text[^1] == '/' ? text[..^1] : text;
            foreach (var segment in trimmed[1..].Split('/'))
            {
                if (segment is "" or "." or "..")
                {
                    error = "the path has an empty, '.' or '..' segment";
                    return false;
                }

                if (segment.AsSpan().Count('*') > 1)
                {
                    error = $"the path has more than one * in the segment '{segment}'";
                    return false;
                }
            }

            pattern = trimmed;
        }

        return pattern is not null;
    }

    /// <summary>Whether the pattern covers a path that is decoded and has no dot segments.</summary>
    public static bool Covers(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        // Greedy with one way back to the last star: linear in practice, length times length at worst, no recursion.
        var at = 0;
        var next = 0;
        var star = -1;
        var starAt = 0;
        while (true)
        {
            if (next == pattern.Length && (at == path.Length || path[at] == '/' || (next > 0 && pattern[^1] == '*')))
            {
                return true;
            }

            if (next == 0 && pattern.IsEmpty)
            {
                return true;
            }

            if (next < pattern.Length && pattern[next] == '*')
            {
                star = next++;
                starAt = at;
            }
            else if (next < pattern.Length && at < path.Length && pattern[next] == path[at])
            {
                next++;
                at++;
            }
            else if (star >= 0 && starAt < path.Length)
            {
                next = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }
    }
}
