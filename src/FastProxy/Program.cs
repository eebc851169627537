using FastProxy.Cli;
using FastProxy.Cli.DropIn;
using FastProxy.Client.Credentials;

namespace FastProxy;

internal static class Program
{
    /// <summary>Whether a secret stood on the command line and was overwritten there.</summary>
    public static bool ScrubbedSecret { get; private set; }

    private static async Task<int> Main(string[] args)
    {
        if (args is ["--version"])
        {
            // Ahead of everything: nothing is parsed, configured or opened for it.
            Console.Out.WriteLine(ProductVersion.Line);
            return 0;
        }

        ScrubbedSecret = ArgumentScrubber.Scrub(args);
        CoreDumps.Disable();
        return Path.GetFileName(Environment.GetCommandLineArgs()[0]) == "cloudflared"
            ? await DropInCommandLine.RunAsync(args)
            : await CommandLine.RunAsync(args, CancellationToken.None);
    }
}
