using FastProxy.Cli;

namespace FastProxy;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["--version"])
        {
            // Ahead of everything: nothing is parsed, configured or opened for it.
            Console.Out.WriteLine(ProductVersion.Line);
            return 0;
        }

        return await CommandLine.RunAsync(args, CancellationToken.None);
    }
}
