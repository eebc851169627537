using FastProxy.Access.Applications;

namespace FastProxy.Gateway.Http;

/// <summary>What a client of a bastion application names: <c>HOST:PORT</c> or <c>scheme://HOST[:PORT][/…]</c>, as cloudflared sends it.</summary>
internal static class JumpDestination
{
    public const string Header = "Cf-Access-Jump-Destination";

    /// <summary>Reads a destination as a TCP origin. False with a sentence that says what is wrong.</summary>
    public static bool TryParse(string text, out Origin? origin, out string? error)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var authority = scheme < 0 ? 0 : scheme + 3;
        var path = text.IndexOf('/', authority);
        var whole = path < 0 ? text : text[..path];
        if (!Origin.TryParse(scheme < 0 ? $"tcp://{whole}" : whole, out origin, out error))
        {
            return false;
        }

        if (origin.Host is null)
        {
            error = $"the destination '{text}' is not HOST:PORT";
            return false;
        }

        return true;
    }
}
