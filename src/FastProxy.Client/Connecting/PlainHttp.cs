namespace FastProxy.Client.Connecting;

/// <summary>When a hostname that says <c>http://</c> is taken at its word; otherwise it means <c>https://</c>.</summary>
public enum PlainHttp
{
    /// <summary>Never: as <c>cloudflared</c> does on its command line.</summary>
    Never,

    /// <summary>For loopback hosts: a gateway on this machine.</summary>
    Loopback,

    /// <summary>Always: the forwarders of a <c>config.yml</c>.</summary>
    Always,
}
