using FastProxy.Client.Credentials;

namespace FastProxy.Client.Connecting;

/// <summary>One session to be opened. Immutable.</summary>
public sealed record GatewayRequest
{
    /// <summary>The application.</summary>
    public required AppUrl App { get; init; }

    /// <summary>The gateway that serves the application; null where the application's own host is it.</summary>
    public AppUrl? Gateway { get; init; }

    /// <summary>Where to connect instead; null for the application's own host.</summary>
    public ConnectOverride? ConnectTo { get; init; }

    /// <summary>Who asks.</summary>
    public ClientCredential Credential { get; init; } = ClientCredential.None;

    /// <summary>Extra headers, <c>Name: value</c> as typed.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Target behind a bastion application; null or empty for none.</summary>
    public string? Destination { get; init; }

    /// <summary>Whom the session is for, as the gateway's log shall have it; null for nobody in particular. Sent with sessions of a pool only.</summary>
    public string? Claim { get; init; }

    /// <summary>Value of User-Agent.</summary>
    public required string UserAgent { get; init; }

    /// <summary>Whether to leave <c>fastproxy.v1</c> unoffered. Defaults to false.</summary>
    public bool Stock { get; init; }

    /// <summary>Whether the certificate is checked. Defaults to true; false only for a drop-in <c>sni:port:host</c>.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>The same session through a gateway that serves many hosts.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="host">The application's host, in lower case.</param>
    public GatewayRequest Through(AppUrl gateway, string host)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        return this with { App = gateway.WithHost(host, App.PathAndQuery), Gateway = gateway };
    }

    /// <summary>Whether the upgrade opens the session; false for a stream that opens sessions later. Defaults to true.</summary>
    internal bool OpensSession { get; init; } = true;

    /// <summary>What is dialled, and named in Host.</summary>
    internal AppUrl Url => Gateway ?? App;
}
