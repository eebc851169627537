using System.CommandLine;
using FastProxy.Cli.Carrying;
using FastProxy.Client;

namespace FastProxy.Cli;

/// <summary><c>fastproxy access …</c>: what a user runs to reach an application.</summary>
internal static class AccessCommand
{
    public static Command Create()
    {
        var command = new Command("access", "Reach an application through its gateway.")
        {
            CarrierCommand.Create("tcp"),
            CarrierCommand.Create("ssh"),
            CarrierCommand.Create("rdp"),
            CarrierCommand.Create("smb"),
            SshConfigCommand.Create(),
            Absent("login", "not available in this version"),
            Absent("token", "not available in this version"),
            Absent("curl", "not available in this version"),
            Absent("ssh-gen", "not supported"),
        };
        command.Aliases.Add("forward");
        return command;
    }

    private static Command Absent(string name, string why)
    {
        var command = new Command(name, why) { Hidden = true, TreatUnmatchedTokensAsErrors = false };
        command.SetAction(_ => new CommandError(ExitCode.Failed, "access " + name, why).Report());
        return command;
    }
}
