namespace FastProxy.Client.Credentials;

/// <summary>What the client presents: a service token, or an application token (JWT), or, when both are null, nothing.</summary>
/// <param name="Service">Sent as <c>Cf-Access-Client-Id</c> and <c>Cf-Access-Client-Secret</c>.</param>
/// <param name="Token">Sent as <c>Cf-Access-Token</c>.</param>
public sealed record ClientCredential(ServiceCredential? Service, Secret? Token)
{
    /// <summary>No credential: the application may admit without one.</summary>
    public static ClientCredential None { get; } = new(null, null);
}
