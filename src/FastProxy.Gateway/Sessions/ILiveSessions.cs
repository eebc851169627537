namespace FastProxy.Gateway.Sessions;

/// <summary>The sessions that are open now, for whoever administers. Thread-safe.</summary>
public interface ILiveSessions
{
    /// <summary>How many sessions of a service token are open, by the id of the application; empty where there are none.</summary>
    IReadOnlyDictionary<Guid, int> CountByApplication(Guid tokenId);
}
