namespace FastProxy.Configuration;

/// <summary>Where a gateway keeps its state when nobody says so, and how its parts are named.</summary>
internal static class DataDirectory
{
    /// <summary>
    /// <c>$STATE_DIRECTORY</c> (systemd sets it; the first of several),
    /// else <c>~/.local/share/fastproxy</c>.
    /// </summary>
    /// <param name="variable">Looks an environment variable up.</param>
    public static string Default(Func<string, string?> variable)
    {
        if (variable("STATE_DIRECTORY") is { Length: > 0 } state)
        {
            return Path.GetFullPath(state.Split(':', 2)[0]);
        }
        var home = variable("HOME") is { Length: > 0 } given ? given : "/";
        return Path.GetFullPath(Path.Combine(home, ".local/share/fastproxy"));
    }
}
