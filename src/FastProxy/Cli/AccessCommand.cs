using System.CommandLine;

namespace FastProxy.Cli;

/// <summary><c>fastproxy access …</c>: what a user runs to reach an application.</summary>
internal static class AccessCommand
{
    public static Command Create()
    {
        var command = new Command("access", "Reach an application through its gateway.");
        command.Aliases.Add("forward");
        return command;
    }
}
