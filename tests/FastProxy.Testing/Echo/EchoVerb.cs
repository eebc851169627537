using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastProxy.Testing.Echo;

/// <summary><c>echo [--port N]</c>: runs an <see cref="EchoHost"/> until SIGINT or SIGTERM.</summary>
internal static class EchoVerb
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var port = 0;
        if (args is not [] && (args is not ["--port", var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > 65535))
        {
            await Console.Error.WriteLineAsync("echo: usage: echo [--port N]");
            return 2;
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await using var host = new EchoHost(port);
            await Console.Out.WriteLineAsync($"listening {host.EndPoint}");
            await stop.Task;
            return 0;
        }
        catch (SocketException e)
        {
            await Console.Error.WriteLineAsync($"echo: cannot listen on 127.0.0.1:{port}: {e.Message}");
            return 1;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }
    }
}
