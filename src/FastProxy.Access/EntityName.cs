using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access;

/// <summary>What the name of a token, application, policy or group may be. Names are compared ordinally: case matters.</summary>
public static class EntityName
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaximumLength = 255;

    /// <summary>True for a usable name; otherwise false and a sentence that says what is wrong.</summary>
    public static bool IsValid([NotNullWhen(true)] string? name, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(name))
        {
            error = "the name is missing";
        }
        else if (name.Length > MaximumLength)
        {
            error = $"the name is longer than {MaximumLength} characters";
        }
        else if (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]))
        {
            error = "the name begins or ends with a blank";
        }
        else if (name.AsSpan().ContainsAnyInRange('\0', '\x1f') || name.Contains('\x7f', StringComparison.Ordinal))
        {
            // A control character would let a name forge lines in a log or a terminal.
            error = "the name contains a control character";
        }

        return error is null;
    }
}
