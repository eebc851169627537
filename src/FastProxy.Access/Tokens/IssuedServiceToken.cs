namespace FastProxy.Access.Tokens;

/// <summary>A new token together with its secret, which is shown once and then forgotten.</summary>
/// <param name="Token">The token as it is stored.</param>
/// <param name="Secret">The secret in the clear; its <c>ToString</c> does not show it.</param>
public sealed record IssuedServiceToken(ServiceToken Token, ClientSecret Secret);
