namespace FastProxy.Client.Bastion;

/// <summary>The directory of a unix socket. What is under <c>/run</c> is gone after a boot, so the bastion makes it where its parent is there.</summary>
internal static class SocketDirectory
{
    /// <summary>0755: everybody may enter it, and the mode of the socket says who may connect.</summary>
    private const UnixFileMode EveryoneMayEnter =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes it where there is none and its parent is there.</summary>
    /// <param name="socket">The absolute path of the socket.</param>
    /// <exception cref="IOException">It cannot be made; the message names it.</exception>
    public static void Make(string socket)
    {
        var directory = Path.GetDirectoryName(socket)!;
        if (Directory.Exists(directory) || !Directory.Exists(Path.GetDirectoryName(directory)))
        {
            return;
        }

        try
        {
            // The mode afterwards: not what the process' umask leaves of it.
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, EveryoneMayEnter);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the directory {directory} cannot be made: {exception.Message}", exception);
        }
    }
}
