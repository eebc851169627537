using System.CommandLine;

namespace FastProxy.Cli;

/// <summary><c>fastproxy version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(static _ =>
        {
            StandardOutput.WriteLine(ProductVersion.Line);
            return 0;
        });
        return command;
    }
}
