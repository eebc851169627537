using FastProxy.Client.Pooling;
using FastProxy.Transport.Dialing;

namespace FastProxy.Client;

/// <summary>How a program of your own reaches its applications.</summary>
public sealed class GatewayClientOptions
{
    /// <summary>
    /// URL of the FastProxy gateway that serves every application, e.g. <c>https://access.example.com</c>; streams to it are then kept
    /// ready from the start. Defaults to null: every application's own host is dialled, be it a FastProxy gateway or a stock edge.
    /// </summary>
    public string? Gateway { get; set; }

    /// <summary>The service token's client id. Defaults to null: no credential, for applications that admit without one.</summary>
    public string? ClientId { get; set; }

    /// <summary>The service token's client secret; given together with <see cref="ClientId"/> or not at all.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>A PEM file of certificate authorities to trust instead of the system's. Defaults to null: the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Value of User-Agent. Defaults to <c>fastproxy-client</c>.</summary>
    public string UserAgent { get; set; } = "fastproxy-client";

    /// <summary>How many streams are kept, and for how long.</summary>
    public StreamPoolOptions Pool { get; set; } = StreamPoolOptions.Default;

    /// <summary>Time for a connection, from the name to the gateway's answer. Defaults to 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The way out, where it leads through a proxy. Defaults to what HTTPS_PROXY and NO_PROXY say.</summary>
    public ProxySettings Proxy { get; set; } = ProxySettings.FromVariables(Environment.GetEnvironmentVariable);
}
