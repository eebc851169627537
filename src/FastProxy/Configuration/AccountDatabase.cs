using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using FastProxy.Client.Bastion;

namespace FastProxy.Configuration;

/// <summary>
/// Turns names of users and groups into numbers: from <c>/etc/passwd</c> and <c>/etc/group</c>, else from <c>getent</c>, which knows the
/// directories (LDAP, SSSD) that a static binary does not. Asked when a configuration is read, never when a session is decided.
/// </summary>
internal sealed class AccountDatabase
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly string _users;
    private readonly string _groups;

    /// <summary>A database on the given files; the system's own where none are given.</summary>
    public AccountDatabase(string users = "/etc/passwd", string groups = "/etc/group")
    {
        _users = users;
        _groups = groups;
    }

    /// <summary>The number of a user; null, with the reason in a few words, where there is none that can be told.</summary>
    public uint? User(string name, out string error) => Find("user", name, _users, "passwd", out error);

    /// <summary>The number of a group; null, with the reason in a few words, where there is none that can be told.</summary>
    public uint? Group(string name, out string error) => Find("group", name, _groups, "group", out error);

    /// <summary>What is wrong with a number that a rule names; null where nothing is.</summary>
    public static string? Problem(uint id) => id is PeerCredentials.DefaultOverflowId or uint.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"{id} stands for everybody who has no number here, so it names nobody")
        : null;

    private static uint? Find(string kind, string name, string file, string database, out string error)
    {
        IEnumerable<string> lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error = $"{file} cannot be read: {exception.Message}";
            return null;
        }

        var ids = IdsOf(lines, name);
        if (ids.Count == 0)
        {
            ids = IdsOf(AskSystem(database, name), name);
        }

        error = ids.Count switch
        {
            0 => $"there is no {kind} '{name}', neither in {file} nor for getent",
            1 => Problem(ids[0]) is { } problem ? $"the {kind} '{name}' has the number {problem}" : "",
            _ => $"the {kind} '{name}' has several numbers: {string.Join(", ", ids)}",
        };
        return error.Length == 0 ? ids[0] : null;
    }

    /// <summary>The numbers of a name in lines like <c>name:password:number:…</c>, which passwd(5) and group(5) share.</summary>
    private static List<uint> IdsOf(IEnumerable<string> lines, string name)
    {
        var ids = new List<uint>();
        foreach (var line in lines)
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == name && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static string[] AskSystem(string database, string name)
    {
        if (name.StartsWith('-') || uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            // An option, or a number: getent would look the number up, and the rule says user, not uid.
            return [];
        }

        try
        {
            using var getent = Process.Start(new ProcessStartInfo("getent", [database, name]) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (getent is null)
            {
                return [];
            }

            // A directory that does not answer must not keep the bastion from starting; killed, its output ends.
            using var impatience = TimeProvider.System.CreateTimer(static state => ((Process)state!).Kill(), getent, s_patience, Timeout.InfiniteTimeSpan);
            var lines = getent.StandardOutput.ReadToEnd().Split('\n');
            getent.WaitForExit();
            return lines;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            // There is no getent: an image without a C library has none, and no directories either.
            return [];
        }
    }
}
