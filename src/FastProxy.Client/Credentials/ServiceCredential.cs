namespace FastProxy.Client.Credentials;

/// <summary>A service token: what a machine presents.</summary>
/// <param name="ClientId">Not a secret; names the token in logs.</param>
/// <param name="ClientSecret">The secret.</param>
public sealed record ServiceCredential(string ClientId, Secret ClientSecret);
