using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Client.Credentials;

/// <summary>The content of a file or descriptor that holds a secret.</summary>
internal readonly record struct SecretText(Secret? Value, string? Error, bool Missing)
{
    // No credential is longer; a file that is was named by mistake.
    private const int MaxLength = 64 * 1024;

    /// <summary>Reads a file whole. One trailing newline is dropped; empty and unreadable are errors; a warning tells who else can read it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Which option, or what else, names it. What an option names is shown only once it is a file: it may be the secret itself.</param>
    /// <param name="warn">Told who else can read it.</param>
    public static SecretText FromFile(string path, string name, Action<string> warn)
    {
        var unopened = name.StartsWith("--", StringComparison.Ordinal) ? name : $"{name} {path}";
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & others) != 0)
            {
                warn($"{name} {path} can be read by other users; chmod 600 keeps it to its owner");
            }

            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return Read(stream, $"{name} {path}");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new SecretText(null, $"{unopened} {(unopened == name ? "names a file that does" : "does")} not exist", Missing: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new SecretText(null, $"{unopened} cannot be read{(exception is UnauthorizedAccessException ? ": permission denied" : string.Empty)}", Missing: false);
        }
    }

    /// <summary>Reads a descriptor to its end and closes it.</summary>
    public static SecretText FromDescriptor(int descriptor, string name)
    {
        try
        {
            using var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
            return Read(stream, $"{name} {descriptor}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new SecretText(null, $"{name} {descriptor} cannot be read", Missing: false);
        }
    }

    private static SecretText Read(FileStream stream, string what)
    {
        var bytes = new byte[MaxLength + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var chars = new char[length];
        try
        {
            if (length > MaxLength)
            {
                return new SecretText(null, what + " is larger than 64 KiB", Missing: false);
            }

            if (!Encoding.UTF8.TryGetChars(bytes.AsSpan(0, length), chars, out var count))
            {
                return new SecretText(null, what + " is not text", Missing: false);
            }

            var text = chars.AsSpan(0, count);
            text = text.EndsWith("\r\n") ? text[..^2] : text is [.., '\n'] ? text[..^1] : text;
            return text.IsEmpty
                ? new SecretText(null, what + " is empty", Missing: false)
                : new SecretText(new Secret(text), null, Missing: false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(chars.AsSpan()));
        }
    }
}
