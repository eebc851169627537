using FastProxy.Access;
using FastProxy.Client.Bastion;
using FastProxy.Client.Credentials;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>
/// The user's own credentials, <c>~/.config/fastproxy/credentials.yaml</c>, mode 0600:
/// <code>
/// hosts:
///   gitlab.example.com: { id: 0123…ef.access, secret: 4567… }
///   "*.example.com":    { id: 89ab…cd.access, secret: cdef… }   # hosts one label below it
/// </code>
/// </summary>
internal sealed class CredentialsFile
{
    private const string Wanted = "{ id: …, secret: … }";

    private readonly string? _path;

    /// <summary>The file at <paramref name="path"/>; null where the user has no home.</summary>
    public CredentialsFile(string? path) => _path = path;

    /// <summary>The file of the user whose home <c>HOME</c> names.</summary>
    public static CredentialsFile OfUser(Func<string, string?> environment) =>
        new(environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config", "fastproxy", "credentials.yaml") : null);

    /// <summary>
    /// The credential of a host: that of the host itself, else that of the wildcard that covers it; none where there is no file or no entry
    /// for it. A mistake anywhere in the file is an error, which names places and keys, never values.
    /// </summary>
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
                return new CredentialResult(null, $"{_path} can be read or written by other users and is refused; chmod 600 keeps it to its owner");
            }

            text = File.ReadAllText(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new CredentialResult(null, $"{_path} cannot be read");
        }

        var problems = new ConfigurationProblems(_path);
        var entries = Parse(text, problems);
        if (problems.HasErrors)
        {
            return new CredentialResult(null, problems.Errors.First().ToString());
        }

        // No two wildcards cover the same host: a star stands for one label, the first.
        var name = host.ToLowerInvariant();
        var entry = entries.Find(candidate => !candidate.Pattern.IsWildcard && candidate.Pattern.Covers(name))
            ?? entries.Find(candidate => candidate.Pattern.Covers(name));
        return entry is null
            ? new CredentialResult(ClientCredential.None, null) { NearMiss = NearMiss(entries, name) }
            : new CredentialResult(new ClientCredential(entry.Credential, null), null);
    }

    private string? NearMiss(List<Entry> entries, string host) =>
        entries.Find(entry => entry.Pattern.IsWildcard && host.EndsWith("." + entry.Pattern.App.Host, StringComparison.Ordinal)) is { } entry
            ? $"{_path} has '{entry.Pattern.Text}', whose star stands for one label: it does not cover {host}."
            : null;

    /// <summary>Every entry of a text; what is wrong is reported, in words that quote no value.</summary>
    internal static List<Entry> Parse(string text, ConfigurationProblems problems)
    {
        var syntax = new ConfigurationProblems(problems.File);
        if (YamlDocument.Parse(text, syntax) is not { } map || syntax.HasErrors)
        {
            // The parser's words may quote what it stumbled over, which may be a secret.
            var first = syntax.Errors.First();
            problems.Error(first.Line, first.Column, "is not valid YAML, or no map of settings, or has a key twice");
            return [];
        }

        var root = new YamlReader(map, "", problems);
        var entries = new List<Entry>();
        if (!AreKnown(map, ["hosts"], problems))
        {
            return entries;
        }

        if (root.Node("hosts") is YamlMap hosts)
        {
            foreach (var (key, value) in hosts.Entries)
            {
                if (Read(key, value, entries, problems) is { } entry)
                {
                    entries.Add(entry);
                }
            }
        }
        else
        {
            problems.Error(root.Node("hosts") ?? map, $"hosts: expected a map of hosts, each with {Wanted}");
        }

        return entries;
    }

    private static Entry? Read(YamlScalar key, YamlNode value, List<Entry> before, ConfigurationProblems problems)
    {
        var path = $"hosts.{key.Text}";
        if (!HostnamePattern.TryParse(key.Text, out var pattern, out var error))
        {
            problems.Error(key, $"{path}: {error}");
            return null;
        }

        if (key.Text.Contains("://", StringComparison.Ordinal) || pattern.App.Port != 443)
        {
            problems.Error(key, $"{path}: expected HOST or *.DOMAIN: an entry counts whatever the scheme and the port");
            return null;
        }

        if (before.Exists(entry => entry.Pattern.IsWildcard == pattern.IsWildcard && entry.Pattern.App.Host == pattern.App.Host))
        {
            problems.Error(key, $"{path}: stands there already, in other letters");
            return null;
        }

        if (value is not YamlMap map)
        {
            problems.Error(value, $"{path}: expected {Wanted}");
            return null;
        }

        if (!AreKnown(map, ["id", "secret"], problems))
        {
            return null;
        }

        var reader = new YamlReader(map, path, problems);
        var (id, secret) = (Text(reader, "id", "the client id", problems), Text(reader, "secret", "the client secret", problems));
        return id is null || secret is null ? null : new Entry(pattern, new ServiceCredential(id, new Secret(secret)));
    }

    private static string? Text(YamlReader reader, string key, string expected, ConfigurationProblems problems)
    {
        if (reader.Node(key) is YamlScalar { IsNull: false, Text.Length: > 0 } scalar)
        {
            return scalar.Text;
        }

        problems.Error(reader.Node(key) ?? reader.Self, $"{reader.PathOf(key)}: expected {expected}");
        return null;
    }

    /// <summary>
    /// Reports unknown keys, before what is missing: the one is mostly the other misspelt. One that is like no key is not quoted: where a
    /// colon was left out it is a value.
    /// </summary>
    private static bool AreKnown(YamlMap map, string[] known, ConfigurationProblems problems)
    {
        var unknown = map.Entries.Select(entry => entry.Key).Where(key => !known.Contains(key.Text)).ToList();
        foreach (var key in unknown)
        {
            problems.Error(key, EditDistance.Nearest(key.Text, known) is { } nearest
                ? $"unknown key '{key.Text}', did you mean '{nearest}'?"
                : $"unknown key, known here: {string.Join(", ", known)}");
        }

        return unknown.Count == 0;
    }

    /// <summary>The credential of the hosts that a pattern covers.</summary>
    internal sealed record Entry(HostnamePattern Pattern, ServiceCredential Credential);
}
