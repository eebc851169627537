using System.Net;

namespace FastProxy.Quickstart;

/// <summary>What the quickstart prints: something to paste, and where everything is.</summary>
internal static class QuickstartText
{
    public static string Ready(string executable, IPEndPoint listening, string origin, QuickstartCertificates certificates, QuickstartSetup setup, string directory)
    {
        var access = $"{executable} access ssh --hostname {QuickstartSetup.Host}:{listening.Port} --ca-file {certificates.AuthorityFile} --id-file {setup.IdFile} --secret-file {setup.SecretFile}";
        return $"""
            FastProxy is ready: https://{QuickstartSetup.Host}:{listening.Port} leads to {origin}

              Log in through it:
                ssh -o ProxyCommand='{access}' {Environment.UserName}@{QuickstartSetup.Host}

              Or once and for all, in ~/.ssh/config:
                Host {QuickstartSetup.Host}
                  ProxyCommand {access}

              Any other TCP client, through a local port:
                {access.Replace("access ssh", "access tcp", StringComparison.Ordinal)} --url 127.0.0.1:2222

              Manage it:
                export FASTPROXY_API=unix:{Path.Combine(directory, "admin.sock")}
                {executable} token list

            The service token's id and secret are in {setup.IdFile} and {setup.SecretFile}.
            Ctrl-C stops the gateway.
            """;
    }
}
