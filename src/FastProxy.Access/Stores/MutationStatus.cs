namespace FastProxy.Access.Stores;

/// <summary>How a change of the store ended.</summary>
public enum MutationStatus
{
    /// <summary>Done, and on disk.</summary>
    Ok,

    /// <summary>There is no such object.</summary>
    NotFound,

    /// <summary>A name, a client id or a domain is taken.</summary>
    Conflict,

    /// <summary>The object is named by rules and stays.</summary>
    InUse,

    /// <summary>The object is not valid.</summary>
    Invalid,

    /// <summary>The store could not write: disk full, read-only, locked. Nothing was changed.</summary>
    Unavailable,
}
