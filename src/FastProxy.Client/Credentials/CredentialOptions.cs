namespace FastProxy.Client.Credentials;

/// <summary>What the command line says about credentials. Null means not given; empty means given and empty, which is an error.</summary>
public sealed record CredentialOptions
{
    /// <summary><c>--service-token-id</c>.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>--service-token-secret</c>.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary><c>--id-file</c>.</summary>
    public string? IdFile { get; init; }

    /// <summary><c>--secret-file</c>.</summary>
    public string? SecretFile { get; init; }

    /// <summary><c>--secret-fd</c>: a descriptor with the secret, or with the id on a first line and the secret on a second.</summary>
    public int? SecretDescriptor { get; init; }

    /// <summary><c>--token-file</c>: an application token.</summary>
    public string? TokenFile { get; init; }
}
