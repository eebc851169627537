using System.Net;

namespace FastProxy.Quickstart;

/// <summary>What the quickstart prints: something to paste, and where everything is.</summary>
internal static class QuickstartText
{
    public static string Ready(string executable, IPEndPoint listening, string origin, QuickstartCertificates certificates, QuickstartSetup setup, string directory)
    {
        executable = ShellWord.Quote(executable);
        var options = $"--hostname {QuickstartSetup.Host}:{listening.Port} --ca-file {ShellWord.Quote(certificates.AuthorityFile)} --id-file {ShellWord.Quote(setup.IdFile)} --secret-file {ShellWord.Quote(setup.SecretFile)}";

        // ssh hands the command to a shell, after it has replaced the tokens that begin with a per cent sign (ssh_config(5), TOKENS).
        var proxyCommand = $"{executable} access ssh {options}".Replace("%", "%%", StringComparison.Ordinal);
        return $"""
            FastProxy is ready: https://{QuickstartSetup.Host}:{listening.Port} leads to {origin}

              Log in through it:
                ssh -o ProxyCommand={ShellWord.Verbatim(proxyCommand)} {Environment.UserName}@{QuickstartSetup.Host}

              Or once and for all, in ~/.ssh/config:
                Host {QuickstartSetup.Host}
                  ProxyCommand {proxyCommand}

              Any other TCP client, through a local port:
                {executable} access tcp {options} --url 127.0.0.1:2222

              Manage it:
                export FASTPROXY_API={ShellWord.Quote("unix:" + Path.Combine(directory, "admin.sock"))}
                {executable} token list

            The service token's id and secret are in {setup.IdFile} and {setup.SecretFile}.
            Ctrl-C stops the gateway.
            """;
    }
}
