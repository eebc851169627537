namespace FastProxy.Client.Credentials;

/// <summary>
/// Finds the client's credential. The first source that has anything decides: command line, its files, its descriptor,
/// environment, systemd credentials, the user's file. What is configured but empty, half or unreadable is an error, never
/// "no credential".
/// </summary>
public sealed class CredentialResolver
{
    /// <summary>The variable with the client id.</summary>
    public const string IdVariable = "TUNNEL_SERVICE_TOKEN_ID";

    /// <summary>The variable with the client secret.</summary>
    public const string SecretVariable = "TUNNEL_SERVICE_TOKEN_SECRET";

    /// <summary>In every client id, with a domain behind it or not, and in no secret.</summary>
    private const string IdMark = ".access";

    private readonly Func<string, string?> _environment;
    private readonly Func<string, CredentialResult> _userFile;
    private readonly Action<string> _warn;

    /// <summary>A resolver over the given surroundings.</summary>
    /// <param name="environment">Reads a variable: null when not set, empty when set to nothing.</param>
    /// <param name="userFile">Looks a host name up in the user's own file; no entry is <see cref="ClientCredential.None"/>.</param>
    /// <param name="warn">Told, in one line, what works but is not safe.</param>
    public CredentialResolver(Func<string, string?> environment, Func<string, CredentialResult> userFile, Action<string> warn)
    {
        _environment = environment;
        _userFile = userFile;
        _warn = warn;
    }

    /// <summary>The credential for <paramref name="host"/>.</summary>
    /// <param name="options">What the command line says.</param>
    /// <param name="host">The application's host name, without port.</param>
    public CredentialResult Resolve(CredentialOptions options, string host)
    {
        ArgumentNullException.ThrowIfNull(options);
        var names = (options.ClientId ?? options.IdFile) is not null || options.ClientSecret is not null
            || options.SecretFile is not null || options.SecretDescriptor is not null;
        if (options.TokenFile is not null)
        {
            return names
                ? CredentialResult.Failure("--token-file and a service token are two credentials; give one")
                : FromToken(options.TokenFile);
        }

        if (names)
        {
            return FromCommandLine(options);
        }

        if (_environment(IdVariable) is not null || _environment(SecretVariable) is not null)
        {
            return Pair(_environment(IdVariable), IdVariable, Wrap(_environment(SecretVariable)), SecretVariable);
        }

        return FromSystemd() ?? FromUserFile(host);
    }

    private static Secret? Wrap(string? value) => value is null ? null : new Secret(value);

    private static CredentialResult Pair(string? id, string idName, Secret? secret, string secretName)
    {
        if (id is null || secret is null)
        {
            return CredentialResult.Failure(id is null
                ? $"{secretName} is given without a client id ({idName})"
                : $"{idName} is given without a client secret ({secretName})");
        }

        if (id.Length == 0 || secret.IsEmpty)
        {
            return CredentialResult.Failure((id.Length == 0 ? idName : secretName) + " is set but empty");
        }

        if (!id.Contains(IdMark, StringComparison.Ordinal) && secret.Reveal().Contains(IdMark, StringComparison.Ordinal))
        {
            return CredentialResult.Failure($"the client id ({idName}) and the client secret ({secretName}) are the wrong way round: a client id is <32 hex>.access");
        }

        // It becomes a header: what would end a line, or change on its way, is no credential.
        return !IsHeaderText(id) ? CredentialResult.Failure($"the client id ({idName}) has characters that no client id has")
            : !IsHeaderText(secret.Reveal()) ? CredentialResult.Failure($"the client secret ({secretName}) has characters that no secret has")
            : new CredentialResult(new ClientCredential(new ServiceCredential(id, secret), null), null);
    }

    private static bool IsHeaderText(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private CredentialResult FromToken(string path)
    {
        var text = SecretText.FromFile(path, "--token-file", _warn);
        return text.Value is null ? CredentialResult.Failure(text.Error!)
            : IsHeaderText(text.Value.Reveal()) ? new CredentialResult(new ClientCredential(null, text.Value), null)
            : CredentialResult.Failure($"--token-file {path} holds something else than a token");
    }

    /// <summary>Flags may leave a half to the environment, as the tools they come from do; files and descriptors bring both.</summary>
    private CredentialResult FromCommandLine(CredentialOptions options)
    {
        var (id, idName) = (options.ClientId, "--service-token-id");
        var (secret, secretName) = (options.ClientSecret, "--service-token-secret");
        var flags = id is not null || secret is not null;
        if (id is null && options.IdFile is not null)
        {
            var text = SecretText.FromFile(options.IdFile, "--id-file", static _ => { });
            if (text.Value is null)
            {
                return CredentialResult.Failure(text.Error!);
            }

            (id, idName) = (text.Value.Reveal(), "--id-file");
        }

        if (secret is null && options.SecretFile is not null)
        {
            var text = SecretText.FromFile(options.SecretFile, "--secret-file", _warn);
            if (text.Value is null)
            {
                return CredentialResult.Failure(text.Error!);
            }

            (secret, secretName) = (text.Value, "--secret-file");
        }

        if (secret is null && options.SecretDescriptor is { } descriptor)
        {
            var text = SecretText.FromDescriptor(descriptor, "--secret-fd");
            if (text.Value is null)
            {
                return CredentialResult.Failure(text.Error!);
            }

            (secret, secretName) = (text.Value, "--secret-fd");
            var lines = secret.Reveal().Split('\n');
            if (lines.Length == 2 && id is null)
            {
                (id, idName) = (lines[0].TrimEnd('\r'), "--secret-fd");
                secret = new Secret(lines[1]);
            }
        }

        if (flags)
        {
            id ??= _environment(IdVariable);
            secret ??= Wrap(_environment(SecretVariable));
        }
        else
        {
            idName = options.IdFile is null && id is null ? "--id-file" : idName;
            secretName = secret is null ? "--secret-file" : secretName;
        }

        return Pair(id, idName, secret, secretName);
    }

    private CredentialResult FromUserFile(string host)
    {
        var found = _userFile(host);
        return found.Credential?.Service is { } service
            ? Pair(service.ClientId, "id of credentials.yaml", service.ClientSecret, "secret of credentials.yaml")
            : found;
    }

    private CredentialResult? FromSystemd()
    {
        if (_environment("CREDENTIALS_DIRECTORY") is not { Length: > 0 } directory)
        {
            return null;
        }

        var id = SecretText.FromFile(Path.Combine(directory, "fastproxy-id"), "the credential", static _ => { });
        var secret = SecretText.FromFile(Path.Combine(directory, "fastproxy-secret"), "the credential", _warn);
        if (id.Missing && secret.Missing)
        {
            // The unit has credentials for something else.
            return null;
        }

        return (id.Error ?? secret.Error) is { } error
            ? CredentialResult.Failure(error)
            : Pair(id.Value!.Reveal(), "the credential fastproxy-id", secret.Value, "the credential fastproxy-secret");
    }
}
