using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace FastProxy.Access;

/// <summary>
/// Durations as the API writes them: Go's form, a sequence of decimal numbers each with a unit, such as <c>8760h</c>, <c>1h30m</c> or
/// <c>1.5s</c>. Units: <c>ns us µs ms s m h</c>. Never negative here; at most Go's own limit of about 292 years; what is below the
/// 100 ns of a <see cref="TimeSpan"/> is cut off.
/// </summary>
public static class GoDuration
{
    // Go counts int64 nanoseconds; a tick is 100 of them. The limit also keeps "now + duration" inside DateTimeOffset.
    private const long MaximumTicks = long.MaxValue / 100;

    // Longest first where one is a prefix of another: "ms" before "m" and "s".
    private static readonly (string Name, decimal Ticks)[] s_units =
    [
        ("ns", 0.01m), ("us", 10), ("\u00b5s", 10), ("\u03bcs", 10), ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration. False (and zero) for anything that is not one, is negative, or is beyond 292 years.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text) || text.Length > 64)
        {
            return false;
        }

        if (text == "0")
        {
            return true;
        }

        var total = 0m;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0
                || digits > 20
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            if (!TryTakeUnit(ref rest, out var ticks))
            {
                return false;
            }

            // Before it is multiplied: twenty digits of hours are more than a decimal holds.
            if (number > MaximumTicks / ticks)
            {
                return false;
            }

            total += number * ticks;
            if (total > MaximumTicks)
            {
                return false;
            }
        }

        duration = TimeSpan.FromTicks((long)total);
        return true;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads it back: <c>8760h</c>, <c>1h30m</c>, <c>1s500ms</c>, <c>0s</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is negative.</exception>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder();
        var ticks = duration.Ticks;
        Append(text, ref ticks, TimeSpan.TicksPerHour, "h");
        Append(text, ref ticks, TimeSpan.TicksPerMinute, "m");
        Append(text, ref ticks, TimeSpan.TicksPerSecond, "s");
        Append(text, ref ticks, TimeSpan.TicksPerMillisecond, "ms");
        Append(text, ref ticks, TimeSpan.TicksPerMicrosecond, "us");
        if (ticks > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{ticks * 100}ns");
        }

        return text.ToString();
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> rest, out decimal ticks)
    {
        foreach (var (name, value) in s_units)
        {
            if (rest.StartsWith(name, StringComparison.Ordinal))
            {
                rest = rest[name.Length..];
                ticks = value;
                return true;
            }
        }

        ticks = 0;
        return false;
    }

    private static void Append(StringBuilder text, ref long ticks, long unit, string name)
    {
        var count = ticks / unit;
        ticks %= unit;
        if (count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
        }
    }
}
