using System.Net;

namespace FastProxy.Access.Decisions;

/// <summary>One line of the decision log: who asked for what and how it went, and, for the end of a session, what it moved. Holds no secret.</summary>
public readonly record struct DecisionRecord
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The id of the request, as in the answer's header.</summary>
    public required string RequestId { get; init; }

    /// <summary>Whether it was admitted.</summary>
    public required bool Allowed { get; init; }

    /// <summary>The reason code, e.g. <c>ok</c> or <c>policy_denied</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The application; null where none was found.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>The application's name.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>The host that was asked for.</summary>
    public string? Domain { get; init; }

    /// <summary>The token that was presented or claimed; null where none is known.</summary>
    public Guid? TokenId { get; init; }

    /// <summary>The token's client id.</summary>
    public string? ClientId { get; init; }

    /// <summary>The token's name.</summary>
    public string? TokenName { get; init; }

    /// <summary>The caller's address; null: not known.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The policy that decided.</summary>
    public Guid? PolicyId { get; init; }

    /// <summary>The destination a client of a bastion application named.</summary>
    public string? Destination { get; init; }

    /// <summary>The caller's <c>User-Agent</c>.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Bytes from client to origin; null while the session has not ended.</summary>
    public long? BytesUp { get; init; }

    /// <summary>Bytes from origin to client; null while the session has not ended.</summary>
    public long? BytesDown { get; init; }

    /// <summary>How long the session lasted; null while it has not ended.</summary>
    public TimeSpan? Duration { get; init; }
}
