namespace FastProxy.Access.Decisions;

/// <summary>Why the policies of an application admitted or refused a request.</summary>
public enum DecisionReason
{
    /// <summary>No policy matched: deny by default.</summary>
    NoPolicyMatched,

    /// <summary>A Service Auth or Bypass policy matched.</summary>
    Admitted,

    /// <summary>The application has no policy at all: nobody gets in.</summary>
    ApplicationHasNoPolicies,

    /// <summary>A Block policy matched.</summary>
    Blocked,

    /// <summary>Nothing admits it without a service token, none was presented, and with the right one a Service Auth policy would match.</summary>
    CredentialRequired,

    /// <summary>Only an Allow policy matched, which admits people who signed in and never a machine.</summary>
    IdentityRequired,
}
