namespace FastProxy.Access.Policies;

/// <summary>
/// Facts that may still follow: where one of these is absent, rules about it are not known instead of not met. An address and a country
/// are not among them, since their absence is never the caller's doing: rules about them are then never met and never not met.
/// </summary>
[Flags]
internal enum OpenFacts
{
    None = 0,

    /// <summary>A service token: asks "with some token, perhaps".</summary>
    Token = 1,

    /// <summary>A client certificate. Open in every decision: who shows none is simply not known by one, and excluding a name must not be avoided by hiding it.</summary>
    Certificate = 2,

    /// <summary>A sign-in: asks "as some person, perhaps".</summary>
    Identity = 4,
}
