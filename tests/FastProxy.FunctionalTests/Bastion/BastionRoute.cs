namespace FastProxy.FunctionalTests.Bastion;

/// <summary>The ways into a bastion.</summary>
public enum BastionRoute
{
    /// <summary>A connection to a TCP listener.</summary>
    Port,

    /// <summary>CONNECT on the unix socket.</summary>
    Socket,

    /// <summary>The socket that <c>fastproxy connect --fdpass</c> hands over.</summary>
    Passed,
}
