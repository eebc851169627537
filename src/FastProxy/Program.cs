using System.Text;
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
        try
        {
            return await RunAsync(args);
        }
        catch (OutputFailure failure)
        {
            return failure.Error.Report();
        }
    }

    private static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--version"])
        {
            // Ahead of everything: nothing is parsed, configured or opened for it.
            StandardOutput.WriteLine(ProductVersion.Line);
            return 0;
        }

        if (ConnectCommand.TryRun(args, out var connecting))
        {
            // What it does before ssh has its socket is added to every session, so nothing that it does not need comes first.
            return await connecting;
        }

        // What is piped in is read as a file is, whatever the locale says.
        Console.InputEncoding = Encoding.UTF8;
        ScrubbedSecret = ArgumentScrubber.Scrub(args);
        CoreDumps.Disable();
        return Path.GetFileName(CalledAs()) == "cloudflared"
            ? await DropInCommandLine.RunAsync(args)
            : await CommandLine.RunAsync(args, CancellationToken.None);
    }

    /// <summary>The word we were started by. Under the JIT the runtime shows its own file there, and the kernel knows better.</summary>
    private static string CalledAs()
    {
        var name = Environment.GetCommandLineArgs()[0];
        return name.EndsWith(".dll", StringComparison.Ordinal) ? File.ReadAllText("/proc/self/cmdline").Split('\0')[0] : name;
    }
}
