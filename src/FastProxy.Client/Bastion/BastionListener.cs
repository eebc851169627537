using System.Net;

namespace FastProxy.Client.Bastion;

/// <summary>One entry of <c>listeners:</c>: a <see cref="PortListener"/> or a <see cref="UnixListener"/>. Immutable.</summary>
public abstract record BastionListener
{
    /// <summary>Where to listen.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <summary>What tells one listener from another over reloads: where it listens, as text.</summary>
    public string Name => EndPoint.ToString()!;
}
