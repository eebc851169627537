namespace FastProxy.Gateway.Sessions;

/// <summary>How many of something each service token holds. Not thread-safe: its owner's lock guards it.</summary>
internal sealed class TokenCounts
{
    private readonly Dictionary<Guid, int> _held = [];

    /// <summary>Takes one more; false where the token holds as many as <paramref name="limit"/> already.</summary>
    public bool TryTake(Guid tokenId, int limit)
    {
        var held = _held.GetValueOrDefault(tokenId);
        if (held >= limit)
        {
            return false;
        }

        _held[tokenId] = held + 1;
        return true;
    }

    /// <summary>The tokens that hold any.</summary>
    public Guid[] Holders() => [.. _held.Keys];

    public void Return(Guid tokenId)
    {
        var held = _held.GetValueOrDefault(tokenId) - 1;
        if (held > 0)
        {
            _held[tokenId] = held;
        }
        else
        {
            // A token that holds nothing takes no room: tokens come and go for as long as the process lives.
            _held.Remove(tokenId);
        }
    }
}
