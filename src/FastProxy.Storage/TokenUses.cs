using System.Collections.Concurrent;
using FastProxy.Access.Stores;

namespace FastProxy.Storage;

/// <summary>
/// When service tokens were last used, and which of that is not written down yet. One small object for each token that there is, however
/// often it is used. Thread-safe.
/// </summary>
internal sealed class TokenUses
{
    private readonly ConcurrentDictionary<Guid, TokenUse> _uses = new();

    /// <summary>When a token was last used; null: never.</summary>
    public DateTimeOffset? LastSeen(Guid tokenId) => _uses.TryGetValue(tokenId, out var use) ? use.LastSeen : null;

    /// <summary>Notes a use; see <see cref="TokenUse.Mark"/>. Allocates at a token's first use only.</summary>
    public void Mark(Guid tokenId, DateTimeOffset time, bool isPlausible) => _uses.GetOrAdd(tokenId, static _ => new TokenUse()).Mark(time, isPlausible);

    /// <summary>Takes what is written down already.</summary>
    public void Load(Guid tokenId, DateTimeOffset time) => _uses[tokenId] = new TokenUse(time);

    /// <summary>Forgets the tokens that are gone: they come and go for as long as the process lives.</summary>
    public void KeepOnly(AccessSnapshot snapshot)
    {
        foreach (var (tokenId, _) in _uses)
        {
            if (!snapshot.TryGetToken(tokenId, out _))
            {
                _uses.TryRemove(tokenId, out _);
            }
        }
    }

    /// <summary>The uses that are not written down, at most so many; the rest comes up when these are <see cref="Written"/>.</summary>
    public IReadOnlyList<(Guid TokenId, DateTimeOffset Time)> TakeUnwritten(int most)
    {
        var uses = new List<(Guid, DateTimeOffset)>();
        foreach (var (tokenId, use) in _uses)
        {
            if (use.Unwritten is { } time)
            {
                uses.Add((tokenId, time));
                if (uses.Count == most)
                {
                    break;
                }
            }
        }

        return uses;
    }

    /// <summary>These are on disk now.</summary>
    public void Written(IReadOnlyList<(Guid TokenId, DateTimeOffset Time)> uses)
    {
        foreach (var (tokenId, time) in uses)
        {
            if (_uses.TryGetValue(tokenId, out var use))
            {
                use.Written(time);
            }
        }
    }
}
