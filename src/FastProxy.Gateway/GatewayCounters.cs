using FastProxy.Access.Decisions;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway;

/// <summary>What the data plane holds now and what it has done since it began. Every number is exact; they are read one after the other.</summary>
public sealed record GatewayCounters
{
    /// <summary>Sessions open now.</summary>
    public required int Sessions { get; init; }

    /// <summary>Streams of <c>fastproxy.v1</c> open now, idle and busy.</summary>
    public required int Streams { get; init; }

    /// <summary>Connections between accept and the answer to their request.</summary>
    public required int HandshakesInFlight { get; init; }

    /// <summary>File descriptors that connections and origins hold.</summary>
    public required int Descriptors { get; init; }

    /// <summary>How many they may hold.</summary>
    public required int DescriptorLimit { get; init; }

    /// <summary>Sessions that have ended, by the value of their <see cref="ReasonCode"/>.</summary>
    public required IReadOnlyList<long> SessionsEnded { get; init; }

    /// <summary>Bytes that sessions which have ended brought to their origins.</summary>
    public required long BytesUp { get; init; }

    /// <summary>Bytes that sessions which have ended brought to their clients.</summary>
    public required long BytesDown { get; init; }

    /// <summary>Decisions of the policies, by the value of their <see cref="DecisionReason"/>.</summary>
    public required IReadOnlyList<long> Decisions { get; init; }

    /// <summary>Requests that were refused, by the value of their <see cref="ReasonCode"/>.</summary>
    public required IReadOnlyList<long> Refusals { get; init; }

    /// <summary>Requests with the id or the secret of a canary token.</summary>
    public required long CanaryPresented { get; init; }
}
