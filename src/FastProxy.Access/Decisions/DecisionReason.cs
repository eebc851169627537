namespace FastProxy.Access.Decisions;

/// <summary>Why the policies of an application admitted or refused a request.</summary>
public enum DecisionReason
{
    /// <summary>No policy matched: deny by default.</summary>
    NoPolicyMatched,

    /// <summary>A Service Auth or Bypass policy matched, or an Allow policy matched a person who signed in.</summary>
    Admitted,

    /// <summary>The application has no policy at all: nobody gets in.</summary>
    ApplicationHasNoPolicies,

    /// <summary>A Block policy matched.</summary>
    Blocked,

    /// <summary>Nothing admits it without a service token, none was presented, and with the right one a Service Auth policy would match.</summary>
    CredentialRequired,

    /// <summary>Only an Allow policy matches, or could, once somebody signed in; it never admits a machine.</summary>
    IdentityRequired,

    /// <summary>Nothing admits it without a client certificate, none was shown, and with the right one a Service Auth policy would match.</summary>
    CertificateRequired,
}
