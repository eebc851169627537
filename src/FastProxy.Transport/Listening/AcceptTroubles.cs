using System.Collections.Concurrent;

namespace FastProxy.Transport.Listening;

/// <summary>The listeners of a transport that cannot accept now. Thread-safe.</summary>
internal sealed class AcceptTroubles
{
    private readonly ConcurrentDictionary<AcceptTrouble, string> _troubles = new();

    /// <summary>One of them and why it cannot, one line; null where all accept.</summary>
    public string? Any => _troubles.Values.FirstOrDefault();

    public void Add(AcceptTrouble trouble, string line) => _troubles[trouble] = line;

    public bool Remove(AcceptTrouble trouble) => _troubles.TryRemove(trouble, out _);
}
