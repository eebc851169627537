namespace FastProxy.Access.Organizations;

/// <summary>What becomes of a service token that was not used for long.</summary>
public enum InactivityAction
{
    /// <summary>It is switched off, and can be switched on again.</summary>
    Disable,

    /// <summary>It is deleted.</summary>
    Delete,
}
