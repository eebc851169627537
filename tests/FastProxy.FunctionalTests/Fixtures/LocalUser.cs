using System.Globalization;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>
/// An unprivileged user of this machine, made for one test and taken away after it, with a home that others may enter. Making one takes
/// root, which is who runs the tests.
/// </summary>
public sealed class LocalUser : IAsyncDisposable
{
    private const string Shell = "/bin/sh";
    private readonly string[] _groups;

    private LocalUser(string name, uint id, string home, string[] groups)
    {
        Name = name;
        Id = id;
        Home = home;
        _groups = groups;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The number.</summary>
    public uint Id { get; }

    /// <summary>The home directory.</summary>
    public string Home { get; }

    /// <summary>Makes a user, and the groups that it is to be in beside its own.</summary>
    public static async Task<LocalUser> CreateAsync(params string[] groups)
    {
        var name = "fp" + Guid.NewGuid().ToString("N")[..12];
        var home = $"/tmp/{name}";
        foreach (var group in groups)
        {
            (await RunningProgram.RunAsync("groupadd", ["--force", group])).MustSucceed();
        }

        string[] more = groups.Length > 0 ? ["--groups", string.Join(',', groups)] : [];
        (await RunningProgram.RunAsync("useradd", ["--create-home", "--home-dir", home, "--shell", Shell, .. more, name])).MustSucceed();
        File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var id = (await RunningProgram.RunAsync("id", ["-u", name])).MustSucceed().OutputText.Trim();
        return new LocalUser(name, uint.Parse(id, CultureInfo.InvariantCulture), home, groups);
    }

    /// <summary>Writes a file of the user's own that nobody else may read.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> WriteAsync(string name, string content)
    {
        var path = Path.Combine(Home, name);
        await File.WriteAllTextAsync(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await RunningProgram.RunAsync("chown", [Name, path])).MustSucceed();
        return path;
    }

    /// <summary>Starts a program as this user, with the groups that its login would have.</summary>
    public RunningProgram Start(string file, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>>? environment = null) =>
        RunningProgram.Start("setpriv", ["--reuid", Name, "--regid", Name, "--init-groups", file, .. arguments], environment, Home);

    /// <summary>Runs a program as this user, to its end.</summary>
    public async Task<ProgramResult> RunAsync(string file, params string[] arguments)
    {
        await using var program = Start(file, arguments);
        await program.WriteInputAsync(default);
        return await program.WaitForExitAsync(TimeSpan.FromSeconds(120));
    }

    /// <summary>The programs that run as this user now, by their executables.</summary>
    public IReadOnlyList<string> Programs()
    {
        var programs = new List<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0])))
        {
            try
            {
                var owner = File.ReadLines(Path.Combine(directory, "status")).First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];
                if (owner == Id.ToString(CultureInfo.InvariantCulture))
                {
                    programs.Add(File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' '));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended while it was looked at.
            }
        }

        return programs;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // What its programs left behind keeps userdel from nothing: --force takes the user away all the same.
        await RunningProgram.RunAsync("userdel", ["--force", "--remove", Name]);
        foreach (var group in _groups)
        {
            await RunningProgram.RunAsync("groupdel", [group]);
        }

        if (Directory.Exists(Home))
        {
            Directory.Delete(Home, recursive: true);
        }
    }
}
