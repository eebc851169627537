using FastProxy.Transport.Streams;

namespace FastProxy.Client.Bastion;

/// <summary>What a bastion holds now and what it has done since it began, its pools aside. Every number is exact; they are read one after the other.</summary>
public sealed record BastionCounters
{
    /// <summary>Sessions alive now, those that are being opened included.</summary>
    public required int Sessions { get; init; }

    /// <summary>Sessions that have ended, by the value of their <see cref="ReasonCode"/>.</summary>
    public required IReadOnlyList<long> SessionsEnded { get; init; }

    /// <summary>Bytes that sessions which have ended brought to the gateway.</summary>
    public required long BytesUp { get; init; }

    /// <summary>Bytes that sessions which have ended brought to their clients.</summary>
    public required long BytesDown { get; init; }

    /// <summary>Connections that were refused, by the bastion or by its gateway, by the value of their <see cref="ReasonCode"/>.</summary>
    public required IReadOnlyList<long> Refusals { get; init; }
}
