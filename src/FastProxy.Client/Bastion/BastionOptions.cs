using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Transport.Listening;

namespace FastProxy.Client.Bastion;

/// <summary><c>bastion.yaml</c>, read, validated and with its defaults filled in. Immutable.</summary>
public sealed record BastionOptions
{
    /// <summary>The listeners; at least one.</summary>
    public required IReadOnlyList<BastionListener> Listeners { get; init; }

    /// <summary>The gateway of all applications; null where each host is its own.</summary>
    public AppUrl? Gateway { get; init; }

    /// <summary>A file of certificate authorities to trust instead of the system's; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>How many streams each pool keeps.</summary>
    public StreamPoolOptions Pool { get; init; } = StreamPoolOptions.Default;

    /// <summary>How often a silent session says that it is still there. Defaults to 25 s.</summary>
    public TimeSpan Keepalive { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Whether a FastProxy gateway, too, is sent randomly masked frames over TLS and on loopback. Defaults to false.</summary>
    public bool RandomMasks { get; init; }

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are served; null for nowhere.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>Sessions at once over all listeners, those that wait for a stream included; further clients wait in the kernel's backlog.</summary>
    public required int Sessions { get; init; }
}
