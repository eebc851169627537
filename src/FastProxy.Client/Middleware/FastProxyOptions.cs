using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Middleware;

/// <summary>What <c>UseFastProxy</c> does with a connection: which application it leads to, and by what means.</summary>
public sealed class FastProxyOptions
{
    /// <summary>Opens and carries the sessions.</summary>
    public required Carrier Carrier { get; init; }

    /// <summary>The session to open for every connection: application, credential, destination.</summary>
    public required GatewayRequest Request { get; init; }

    /// <summary>Where a line for every session goes.</summary>
    public required ILogger Logger { get; init; }
}
