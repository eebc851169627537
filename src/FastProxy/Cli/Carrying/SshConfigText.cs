namespace FastProxy.Cli.Carrying;

/// <summary>What makes <c>ssh HOST</c> go through the gateway.</summary>
internal static class SshConfigText
{
    /// <summary>The block, with the path of the running executable, so that it works wherever that stands.</summary>
    public static string For(string? hostname, bool passDescriptor = false)
    {
        var host = string.IsNullOrEmpty(hostname) ? "[your hostname]" : hostname;
        var program = Environment.ProcessPath ?? "fastproxy";
        if (program.AsSpan().ContainsAny(" \t"))
        {
            program = $"\"{program}\"";
        }

        return $"""
            Add to your {Environment.GetEnvironmentVariable("HOME") ?? "$HOME"}/.ssh/config:

            Host {host}
              {(passDescriptor ? $"ProxyCommand {program} connect --fdpass %h\n  ProxyUseFdpass yes" : $"ProxyCommand {program} access ssh --hostname %h")}

            """.ReplaceLineEndings("\n");
    }
}
