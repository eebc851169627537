using FastProxy.Testing.Echo;

namespace FastProxy.Testing;

/// <summary>The peers as programs: one verb each.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["echo", .. var rest]:
                return await EchoVerb.RunAsync(rest);
            default:
                await Console.Error.WriteLineAsync("usage: FastProxy.Testing echo [--port N]");
                return 2;
        }
    }
}
