namespace FastProxy.Storage.Backups;

/// <summary>What a restore did.</summary>
/// <param name="Tokens">How many service tokens the store has now.</param>
/// <param name="Applications">How many applications.</param>
/// <param name="Groups">How many groups.</param>
/// <param name="Previous">The file that keeps the store there was; null where there was none.</param>
public sealed record RestoredStore(int Tokens, int Applications, int Groups, string? Previous);
