namespace FastProxy.Access.Lists;

/// <summary>What the values of a list are.</summary>
public enum ValueListKind
{
    /// <summary>Addresses and networks in CIDR form.</summary>
    Ip,

    /// <summary>Mail addresses.</summary>
    Email,
}
