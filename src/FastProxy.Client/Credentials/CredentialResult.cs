namespace FastProxy.Client.Credentials;

/// <summary>The credential that was found, or why there is none although one is configured.</summary>
/// <param name="Credential">Never null without an <see cref="Error"/>; <see cref="ClientCredential.None"/> where nothing is configured.</param>
/// <param name="Error">One line that names the source and shows nothing of its content; null on success.</param>
public sealed record CredentialResult(ClientCredential? Credential, string? Error)
{
    /// <summary>Where nothing is configured for this host: what nearly was, in one line, for when the gateway asks for a credential. Mostly null.</summary>
    public string? NearMiss { get; init; }

    internal static CredentialResult Failure(string error) => new(null, error);
}
