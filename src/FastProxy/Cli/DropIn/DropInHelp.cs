namespace FastProxy.Cli.DropIn;

/// <summary>The help of the drop-in command line.</summary>
internal static class DropInHelp
{
    /// <summary>Prints it; help that was asked for, or that a missing host name brings up, is no failure.</summary>
    public static int Print()
    {
        StandardOutput.WriteLine("""
            NAME:
               cloudflared access - reach an application through its gateway (FastProxy)

            USAGE:
               cloudflared access tcp|ssh|rdp|smb --hostname HOST [--url ADDR:PORT] [options]
               cloudflared access ssh-config [--hostname HOST]
               cloudflared                      runs the forwarders of config.yml

            OPTIONS:
               --hostname, --tunnel-host, -T      the application to reach [$TUNNEL_SERVICE_HOSTNAME]
               --destination                      target behind a bastion application [$TUNNEL_SERVICE_DESTINATION]
               --url, --listener, -L              listen here instead of using stdin and stdout [$TUNNEL_SERVICE_URL]
               --header, -H                       extra request header, repeatable
               --service-token-id, --id           [$TUNNEL_SERVICE_TOKEN_ID]
               --service-token-secret, --secret   [$TUNNEL_SERVICE_TOKEN_SECRET]
               --logfile, --log-directory, --log-level
               and FastProxy's own: --id-file, --secret-file, --secret-fd, --token-file, --ca-file, --connect-timeout, --stock, --keepalive
            """);
        return 0;
    }
}
