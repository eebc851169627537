using FastProxy.Client.Credentials;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>Reads <c>tokens:</c> of <c>bastion.yaml</c>, and the tokens that its listeners and rules name or hold.</summary>
internal sealed class BastionTokenReader
{
    private readonly Dictionary<string, ClientCredential> _tokens = new(StringComparer.Ordinal);
    private readonly ConfigurationProblems _problems;
    private readonly ConfigurationEnvironment _environment;
    private readonly FileReader _files;

    private BastionTokenReader(ConfigurationProblems problems, ConfigurationEnvironment environment, FileReader files)
    {
        _problems = problems;
        _environment = environment;
        _files = files;
    }

    /// <summary>Reads <c>tokens:</c> of a file; what is wrong is reported.</summary>
    public static BastionTokenReader Read(YamlReader root, ConfigurationProblems problems, ConfigurationEnvironment environment, FileReader files)
    {
        var reader = new BastionTokenReader(problems, environment, files);
        if (root.Node("tokens") is not YamlMap map)
        {
            root.Map("tokens");
            return reader;
        }

        foreach (var (name, value) in map.Entries)
        {
            if (root.MapAt(value, $"tokens.{name.Text}") is { } token && reader.Token(token) is { } credential)
            {
                reader._tokens[name.Text] = credential;
            }
        }

        return reader;
    }

    /// <summary>The token that a map names or holds, and what it is called in the log; null where what is wrong is reported.</summary>
    public (string Name, ClientCredential Credential)? Find(YamlReader map)
    {
        switch (map.Node("token"))
        {
            case YamlScalar name when _tokens.TryGetValue(name.Text, out var credential):
                return (name.Text, credential);
            case YamlScalar name:
                if (!_problems.HasErrors)
                {
                    map.Error(name, map.PathOf("token"), $"tokens: has no '{name.Text}'");
                }

                return null;
            case { } inline:
                return map.MapAt(inline, map.PathOf("token"), "the name of a token, or { id_file: FILE, secret_file: FILE }") is { } token && Token(token) is { } held
                    ? (held.Service?.ClientId ?? "-", held)
                    : null;
            default:
                map.Error(map.Self, map.PathOf("token"), "missing; expected the name of a token, or { id_file: FILE, secret_file: FILE }");
                return null;
        }
    }

    private ClientCredential? Token(YamlReader map)
    {
        var id = map.Scalar("id", "a client id");
        var idFile = map.Scalar("id_file", "a file");
        var secret = map.Scalar("secret", "a client secret");
        var secretFile = map.Scalar("secret_file", "a file");
        var secretCredential = map.Scalar("secret_credential", "the name of a systemd credential");
        map.Done();
        if ((id is null) == (idFile is null) || new[] { secret, secretFile, secretCredential }.Count(given => given is not null) != 1)
        {
            map.Error(map.Self, map.Path, "expected one of id, id_file and one of secret, secret_file, secret_credential");
            return null;
        }

        if (secret is not null)
        {
            _problems.Warning(secret, $"{map.PathOf("secret")}: a secret in this file is known to whoever may read it: use secret_file");
        }

        if (SecretPath(map, secretFile, secretCredential) is not { } path)
        {
            return null;
        }

        var options = new CredentialOptions
        {
            ClientId = id?.Text,
            IdFile = idFile is null ? null : _files.Resolve(idFile),
            ClientSecret = secret is null ? null : new Secret(secret.Text),
            SecretFile = path.Length == 0 ? null : path,
        };

        // Only what this file names: a token of the bastion must not come out of its environment or its user's home by accident.
        var resolver = new CredentialResolver(_ => null, _ => new CredentialResult(ClientCredential.None, null), warning => _problems.Warning(map.Self, $"{map.Path}: {warning}"));
        var found = resolver.Resolve(options, "");
        if (found.Credential is null)
        {
            // Told in the words of the command line, whose options are keys here.
            map.Error(map.Self, map.Path, found.Error!.Replace("--id-file", "id_file", StringComparison.Ordinal).Replace("--secret-file", "secret_file", StringComparison.Ordinal));
        }

        return found.Credential;
    }

    /// <summary>The file of the secret; empty where it stands in the configuration, null where an error was reported.</summary>
    private string? SecretPath(YamlReader map, YamlScalar? file, YamlScalar? credential)
    {
        if (file is not null)
        {
            return _files.Resolve(file);
        }

        if (credential is null)
        {
            return "";
        }

        if (_environment.Variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } directory)
        {
            return _files.Resolve(credential, directory);
        }

        map.Error(credential, map.PathOf("secret_credential"), "there is no $CREDENTIALS_DIRECTORY: systemd sets it for a unit with LoadCredential=");
        return null;
    }
}
