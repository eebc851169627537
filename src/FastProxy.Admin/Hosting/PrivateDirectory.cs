namespace FastProxy.Admin.Hosting;

/// <summary>The directory of a gateway's own, into which nobody else may look.</summary>
public static class PrivateDirectory
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes sure that a directory exists, belongs to this user and is open to its owner alone: whoever owns it can put files into it
    /// whatever its mode, so another user's is refused, by root too. One that is missing is created so; an empty one, and one
    /// that holds a gateway's lock already, is closed to others. Any other that others may enter is left as it is: it may be
    /// <c>/tmp</c>.
    /// </summary>
    /// <returns>Why the directory cannot be used, as one sentence; null where it can.</returns>
    public static string? Prepare(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path, Owner);
                return null;
            }
            var user = FileOwner.CurrentUser;
            if (FileOwner.Of(path) is var owner && owner != user)
            {
                return $"the directory {path} belongs to the user with id {owner} and this one has id {user}: name one of the gateway's own, or chown it";
            }
            var mode = File.GetUnixFileMode(path);
            if ((mode & ~Owner) == 0)
            {
                return null;
            }
            if (!File.Exists(Path.Combine(path, AdminServer.LockName)) && Directory.EnumerateFileSystemEntries(path).Any())
            {
                return $"the directory {path} is open to other users and holds other files: name one of the gateway's own, or chmod 700 it";
            }
            File.SetUnixFileMode(path, Owner);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the directory {path} cannot be used: {e.Message}";
        }
    }
}
