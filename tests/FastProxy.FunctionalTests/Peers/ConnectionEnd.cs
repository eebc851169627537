namespace FastProxy.FunctionalTests.Peers;

/// <summary>How one end of a connection saw the other go.</summary>
public enum ConnectionEnd
{
    /// <summary>FIN: an end of data in order.</summary>
    Fin,

    /// <summary>RST: the data is not to be taken for complete.</summary>
    Reset,
}
