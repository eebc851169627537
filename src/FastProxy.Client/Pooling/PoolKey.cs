using System.Security.Cryptography;
using System.Text;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;

namespace FastProxy.Client.Pooling;

/// <summary>
/// Whose pool: everything that decides who is at the far end and who we are. Without a gateway of its own a stream opens only the
/// application it was dialled for.
/// </summary>
internal readonly record struct PoolKey
{
    private PoolKey(string url, string? app, string? connectTo, string credential, string headers, bool stock, bool verify)
    {
        Url = url;
        App = app;
        ConnectTo = connectTo;
        Credential = credential;
        Headers = headers;
        Stock = stock;
        Verify = verify;
    }

    /// <summary>Scheme, host and port of what is dialled.</summary>
    public string Url { get; }

    /// <summary>The application; null where the gateway serves them all.</summary>
    public string? App { get; }

    public string? ConnectTo { get; }

    /// <summary>The client id, and a digest of the secret, so that another secret is another pool.</summary>
    public string Credential { get; }

    /// <summary>The client id; empty where there is none.</summary>
    public string ClientId => Credential.Split(' ')[0];

    public string Headers { get; }

    public bool Stock { get; }

    public bool Verify { get; }

    public static PoolKey Of(GatewayRequest request) => new(
        (request.Url.Secure ? "https://" : "http://") + request.Url.Authority,
        request.Gateway is null ? request.App.App + " " + request.App.PathAndQuery : null,
        request.ConnectTo?.ToString(),
        Digest(request.Credential),
        string.Join('\n', request.Headers),
        request.Stock,
        request.VerifyCertificate);

    /// <summary>Names a credential and its secret's version, without showing it.</summary>
    public static string Digest(ClientCredential credential) => s_digests.GetValue(credential, static given =>
    {
        var secret = (given.Service?.ClientSecret ?? given.Token)?.Reveal() ?? "";
        return $"{given.Service?.ClientId} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))}";
    });

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<ClientCredential, string> s_digests = [];
}
