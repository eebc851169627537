using System.Diagnostics.CodeAnalysis;
using FastProxy.Admin;
using FastProxy.Configuration;
using FastProxy.Transport.Dialing;

namespace FastProxy.Cli.Api;

/// <summary>Where the API is: a unix socket, or an origin over HTTP. Exactly one of the two is set.</summary>
internal sealed record ApiAddress
{
    private ApiAddress()
    {
    }

    /// <summary>The path of the socket.</summary>
    public string? SocketPath { get; private init; }

    /// <summary>The origin.</summary>
    public Uri? Origin { get; private init; }

    /// <summary>The socket of the gateway whose data directory is the default one.</summary>
    public static ApiAddress Default(Func<string, string?> variable) =>
        new() { SocketPath = Path.Combine(DataDirectory.Default(variable), AdminServer.SocketName) };

    /// <summary>Reads <c>unix:PATH</c>, <c>https://HOST[:PORT]</c>, or <c>http://</c> on loopback. False with a sentence for anything else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ApiAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5)
        {
            address = new ApiAddress { SocketPath = Path.GetFullPath(text[5..]) };
        }
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri is not { Scheme: "http" or "https", PathAndQuery: "/", UserInfo: "" })
        {
            // Not shown: it may be the API token, which has a variable much like the address's, or have a password in it.
            error = "the API's address (--api, FASTPROXY_API) is neither unix:PATH nor https://HOST[:PORT] (http:// on this machine)";
        }
        else if (uri.Scheme == "http" && !HostNames.IsLoopback(uri.Host))
        {
            error = $"'{text}' would send the API token in the clear: use https://, or http:// on this machine";
        }
        else
        {
            address = new ApiAddress { Origin = uri };
        }
        return address is not null;
    }
}
