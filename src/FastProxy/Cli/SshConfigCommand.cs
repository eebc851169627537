using System.CommandLine;
using FastProxy.Cli.Carrying;

namespace FastProxy.Cli;

/// <summary><c>fastproxy access ssh-config</c>.</summary>
internal static class SshConfigCommand
{
    public static Command Create()
    {
        var hostname = new Option<string?>("--hostname", "--tunnel-host", "-T") { Description = "The application's host name.", HelpName = "HOST" };
        var pass = new Option<bool>("--fdpass") { Description = "For a machine with a bastion: no helper process remains." };
        var command = new Command("ssh-config", "Print a block for ~/.ssh/config.") { hostname, pass };
        command.SetAction(result =>
        {
            StandardOutput.Write(SshConfigText.For(result.GetValue(hostname), result.GetValue(pass)));
            return 0;
        });
        return command;
    }
}
