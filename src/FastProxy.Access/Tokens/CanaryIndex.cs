using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Tokens;

/// <summary>
/// The canary tokens of a snapshot, by what a thief of one could present: its client id, or a secret that it has. Immutable. It plays no
/// part in any answer: a canary is answered as an unknown token is.
/// </summary>
public sealed class CanaryIndex
{
    private readonly Dictionary<string, ServiceToken> _byClientId = new(StringComparer.Ordinal);
    private readonly Dictionary<SecretHash, ServiceToken> _bySecret = [];

    internal CanaryIndex(IEnumerable<ServiceToken> tokens)
    {
        foreach (var token in tokens)
        {
            if (token.IsCanary)
            {
                _byClientId.Add(token.ClientId, token);
                _bySecret.TryAdd(token.Secret, token);
                if (token.PreviousSecret is { } previous)
                {
                    _bySecret.TryAdd(previous, token);
                }
            }
        }
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _byClientId.Count == 0;

    /// <summary>Finds the canary that a client id names, switched off or expired though it may be.</summary>
    public bool TryFindByClientId(string clientId, [NotNullWhen(true)] out ServiceToken? canary) => _byClientId.TryGetValue(clientId, out canary);

    /// <summary>Finds the canary that a secret belongs to, whatever client id came with it.</summary>
    public bool TryFindBySecret(ReadOnlySpan<char> secret, [NotNullWhen(true)] out ServiceToken? canary)
    {
        canary = null;
        return secret.Length <= ClientSecret.MaximumLength && !IsEmpty && _bySecret.TryGetValue(SecretHash.Of(secret), out canary);
    }
}
