using FastProxy.Client.Credentials;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>
/// The user's own credentials, <c>~/.config/fastproxy/credentials.yaml</c>, mode 0600:
/// <code>
/// hosts:
///   gitlab.example.com: { id: 0123…ef.access, secret: 4567… }
///   "*.example.com":    { id: 89ab…cd.access, secret: cdef… }   # hosts below it; the longest name wins
/// </code>
/// </summary>
internal sealed class CredentialsFile
{
    private readonly string? _path;

    /// <summary>The file at <paramref name="path"/>; null where the user has no home.</summary>
    public CredentialsFile(string? path) => _path = path;

    /// <summary>The file of the user whose home <c>HOME</c> names.</summary>
    public static CredentialsFile OfUser(Func<string, string?> environment) =>
        new(environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config", "fastproxy", "credentials.yaml") : null);

    /// <summary>The credential of a host; none where there is no file or no entry for it. Errors name lines, never values.</summary>
    public CredentialResult Find(string host)
    {
        if (_path is null || !File.Exists(_path))
        {
            return new CredentialResult(ClientCredential.None, null);
        }

        string text;
        try
        {
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_path) & others) != 0)
            {
                return Failure("can be read or written by other users and is refused; chmod 600 keeps it to its owner");
            }

            text = File.ReadAllText(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failure("cannot be read");
        }

        var problems = new ConfigurationProblems(_path);
        if (YamlDocument.Parse(text, problems) is not { } root || problems.HasErrors)
        {
            // The parser's words may quote what it stumbled over: only the place is told.
            return Failure($"is not valid YAML (line {problems.Errors.First().Line})");
        }

        return Lookup(root, host);
    }

    private static YamlNode? Value(YamlMap map, string key) => map.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    private static bool Covers(string pattern, string host) =>
        pattern.Equals(host, StringComparison.OrdinalIgnoreCase)
        || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase));

    private CredentialResult Lookup(YamlMap root, string host)
    {
        if (Value(root, "hosts") is not YamlMap hosts)
        {
            return Failure("has no map named hosts");
        }

        var entry = hosts.Entries
            .Where(candidate => Covers(candidate.Key.Text, host))
            .OrderBy(candidate => candidate.Key.Text.StartsWith('*'))
            .ThenByDescending(candidate => candidate.Key.Text.Length)
            .FirstOrDefault();
        if (entry.Key is null)
        {
            return new CredentialResult(ClientCredential.None, null);
        }

        return entry.Value is YamlMap values
            && Value(values, "id") is YamlScalar { IsNull: false, Text.Length: > 0 } id
            && Value(values, "secret") is YamlScalar { IsNull: false, Text.Length: > 0 } secret
            ? new CredentialResult(new ClientCredential(new ServiceCredential(id.Text, new Secret(secret.Text)), null), null)
            : Failure($"line {entry.Key.Line}: {entry.Key.Text} needs an id and a secret");
    }

    private CredentialResult Failure(string why) => new(null, $"{_path} {why}");
}
