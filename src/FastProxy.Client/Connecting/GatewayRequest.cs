using FastProxy.Client.Credentials;

namespace FastProxy.Client.Connecting;

/// <summary>One session to be opened. Immutable.</summary>
public sealed record GatewayRequest
{
    /// <summary>The application.</summary>
    public required AppUrl App { get; init; }

    /// <summary>Where to connect instead; null for the application's own host.</summary>
    public ConnectOverride? ConnectTo { get; init; }

    /// <summary>Who asks.</summary>
    public ClientCredential Credential { get; init; } = ClientCredential.None;

    /// <summary>Extra headers, <c>Name: value</c> as typed.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Target behind a bastion application; null or empty for none.</summary>
    public string? Destination { get; init; }

    /// <summary>Value of User-Agent.</summary>
    public required string UserAgent { get; init; }

    /// <summary>Whether to leave <c>fastproxy.v1</c> unoffered. Defaults to false.</summary>
    public bool Stock { get; init; }

    /// <summary>Whether the certificate is checked. Defaults to true; false only for a drop-in <c>sni:port:host</c>.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>The same session through a gateway that serves many hosts: dialled there, and its certificate is the gateway's.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="host">The application's host, in lower case.</param>
    public GatewayRequest Through(AppUrl gateway, string host)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        return this with
        {
            App = gateway.WithHost(host, App.PathAndQuery),
            ConnectTo = new ConnectOverride(gateway.Host, gateway.Port, gateway.Host, NamesSni: false),
        };
    }
}
