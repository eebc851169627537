using System.Runtime.InteropServices;

namespace FastProxy.Client.Native;

/// <summary>The system's words for its error numbers (errno), as they stand within a sentence of ours.</summary>
internal static class SystemError
{
    /// <summary>Such as <c>no space left on device</c>.</summary>
    public static string Describe(int number)
    {
        var text = Marshal.GetPInvokeErrorMessage(number);
        return text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
    }
}
