namespace FastProxy.Access.Policies;

/// <summary>What a matching policy does. Its names in the API and on the command line stand in <see cref="PolicyActions"/>.</summary>
public enum PolicyAction
{
    /// <summary>Admits a person who signed in; never a machine.</summary>
    Allow,

    /// <summary>Refuses.</summary>
    Block,

    /// <summary>Admits without any check of who it is.</summary>
    Bypass,

    /// <summary>Admits without a sign-in: by service token, certificate, address.</summary>
    ServiceAuth,
}
