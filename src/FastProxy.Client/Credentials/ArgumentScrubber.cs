using System.Globalization;

namespace FastProxy.Client.Credentials;

/// <summary>
/// Overwrites secrets in the memory that <c>ps</c> and <c>/proc/PID/cmdline</c> show. It narrows the window from the life of the
/// process to about a millisecond; it does not close it, which is why a secret on the command line earns a warning.
/// </summary>
public static class ArgumentScrubber
{
    /// <summary>What to tell who gave a secret so.</summary>
    public const string Warning =
        "a secret was given on the command line: until it was overwritten every user of this machine could read it with ps, and the shell's history may keep it; "
        + "use --secret-file, --secret-fd, TUNNEL_SERVICE_TOKEN_SECRET or credentials.yaml instead";

    /// <summary>Overwrites the secrets among <paramref name="args"/> in place. To be called before anything else.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Scrub(ReadOnlySpan<string> args)
    {
        var found = false;
        foreach (var arg in args)
        {
            // Cheap and generous: the exact rules are applied to the real memory below.
            found |= arg.Contains("secret", StringComparison.OrdinalIgnoreCase) || IsHeaderFlag(arg) || arg.Contains("header", StringComparison.Ordinal);
        }

        return found && TryLocate(out var start, out var length) && ScrubMemory(start, length);
    }

    /// <summary>Overwrites the secrets of a block of NUL-terminated arguments; their lengths stay.</summary>
    internal static bool ScrubBlock(Span<byte> block)
    {
        var found = false;
        var next = Kind.None;
        while (!block.IsEmpty)
        {
            var end = block.IndexOf((byte)0);
            var argument = end < 0 ? block : block[..end];
            block = end < 0 ? default : block[(end + 1)..];
            if (next != Kind.None)
            {
                found |= Overwrite(argument, next);
                next = Kind.None;
                continue;
            }

            var dashes = argument.StartsWith("--"u8) ? 2 : argument.StartsWith("-"u8) ? 1 : 0;
            if (dashes == 0)
            {
                continue;
            }

            var body = argument[dashes..];
            // Our own grammar takes a colon for an equals sign.
            var assigned = body.IndexOfAny((byte)'=', (byte)':');
            var kind = KindOf(assigned < 0 ? body : body[..assigned]);
            if (assigned < 0)
            {
                next = kind;
            }
            else if (kind != Kind.None)
            {
                found |= Overwrite(body[(assigned + 1)..], kind);
            }
        }

        return found;
    }

    private static bool IsHeaderFlag(string arg) => arg.StartsWith("-H", StringComparison.Ordinal) || arg.StartsWith("--H", StringComparison.Ordinal);

    private static Kind KindOf(ReadOnlySpan<byte> flag) =>
        flag.SequenceEqual("secret"u8) || flag.SequenceEqual("service-token-secret"u8) ? Kind.Secret
        : flag.SequenceEqual("H"u8) || flag.SequenceEqual("header"u8) ? Kind.Header
        : Kind.None;

    private static bool Overwrite(Span<byte> value, Kind kind)
    {
        if (kind == Kind.Header)
        {
            // The name says what it is and stays; what it carries may be a token, a cookie or a password.
            var colon = value.IndexOf((byte)':');
            if (colon < 0 || !IsSensitive(value[..colon]))
            {
                return false;
            }

            value = value[(colon + 1)..];
        }

        value.Fill((byte)'x');
        return value.Length > 0;
    }

    private static bool IsSensitive(ReadOnlySpan<byte> name)
    {
        Span<byte> lower = stackalloc byte[Math.Min(name.Length, 64)];
        return System.Text.Ascii.ToLower(name[..lower.Length], lower, out _) == System.Buffers.OperationStatus.Done
            && (lower.IndexOf("secret"u8) >= 0 || lower.IndexOf("token"u8) >= 0 || lower.IndexOf("authorization"u8) >= 0
                || lower.IndexOf("cookie"u8) >= 0 || lower.IndexOf("key"u8) >= 0);
    }

    private static unsafe bool ScrubMemory(nint start, int length) => ScrubBlock(new Span<byte>((void*)start, length));

    /// <summary>Fields 48 and 49 of <c>/proc/self/stat</c> (proc_pid_stat(5)): where the arguments start and end.</summary>
    private static bool TryLocate(out nint start, out int length)
    {
        (start, length) = (0, 0);
        string stat;
        try
        {
            stat = File.ReadAllText("/proc/self/stat");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No /proc: nothing shows the arguments either.
            return false;
        }

        // The name in field 2 may hold spaces and parentheses: count from the last one, which ends it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        if (fields.Length < 47
            || !long.TryParse(fields[45], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(fields[46], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || first == 0 || last <= first || last - first > int.MaxValue)
        {
            return false;
        }

        (start, length) = ((nint)first, (int)(last - first));
        return true;
    }

    private enum Kind
    {
        None,
        Secret,
        Header,
    }
}
