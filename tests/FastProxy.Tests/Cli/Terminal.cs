using FastProxy.Cli;

namespace FastProxy.Tests.Cli;

/// <summary>Runs a command line in this process and catches what it prints.</summary>
internal static class Terminal
{
    public static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        var (code, error) = await RunAsync(output, args);
        return (code, output.ToString(), error);
    }

    /// <summary>With a disk that has no room for what it prints.</summary>
    public static async Task<(int Code, string Error)> RunOnFullDiskAsync(params string[] args)
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var output = new StreamWriter(full) { AutoFlush = true };
        return await RunAsync(output, args);
    }

    private static async Task<(int Code, string Error)> RunAsync(TextWriter output, string[] args)
    {
        var (oldOut, oldError) = (Console.Out, Console.Error);
        using var error = new StringWriter();
        Console.SetOut(output);
        Console.SetError(error);
        try
        {
            var code = await CommandLine.RunAsync(args, CancellationToken.None);
            return (code, error.ToString());
        }
        finally
        {
            Console.SetOut(oldOut);
            Console.SetError(oldError);
        }
    }
}
