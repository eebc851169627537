namespace FastProxy.Admin.Declarations;

/// <summary>What a declaration names.</summary>
internal enum DeclaredKind
{
    /// <summary>A service token. Named, never declared: a file that holds secrets is none to keep in a repository.</summary>
    ServiceToken,

    /// <summary>A group.</summary>
    Group,

    /// <summary>A reusable policy.</summary>
    Policy,

    /// <summary>An application.</summary>
    Application,

    /// <summary>A list of values. Named, not declared.</summary>
    List,
}
