using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Transport.Splicing;

namespace FastProxy.Cli.Carrying;

/// <summary>What <c>access tcp|ssh|rdp|smb</c> was told, whichever grammar it was told in.</summary>
internal sealed record CarrierSettings
{
    /// <summary>What the command is called in errors, e.g. <c>access ssh</c>.</summary>
    public required string Command { get; init; }

    /// <summary>Whether we were called as <c>cloudflared</c>.</summary>
    public bool DropIn { get; init; }

    public string? Hostname { get; init; }

    public string? Destination { get; init; }

    /// <summary>Address to listen on; null for standard input and output.</summary>
    public string? Listen { get; init; }

    public IReadOnlyList<string> Headers { get; init; } = [];

    public CredentialOptions Credential { get; init; } = new();

    public string? ConnectTo { get; init; }

    public string? CaFile { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public bool Stock { get; init; }

    public KeepAliveKind KeepAlive { get; init; } = KeepAliveKind.Data;

    public PlainHttp Plain { get; init; } = PlainHttp.Loopback;

    /// <summary>Which bastion was asked first and was not there, for the failures of what was done instead; null where none was asked.</summary>
    public string? WithoutBastion { get; init; }

    public string? LogFile { get; init; }

    public string? LogDirectory { get; init; }

    public string? LogLevel { get; init; }
}
