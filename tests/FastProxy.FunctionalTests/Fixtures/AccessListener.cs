using System.Globalization;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary><c>fastproxy access tcp --url 127.0.0.1:0</c>, listening.</summary>
public sealed partial class AccessListener : IAsyncDisposable
{
    private AccessListener(RunningProgram program, int port)
    {
        Program = program;
        Port = port;
    }

    /// <summary>The running client.</summary>
    public RunningProgram Program { get; }

    /// <summary>The port it listens on, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts the client and waits until it has said where it listens.</summary>
    /// <param name="gateway">The gateway it goes through.</param>
    /// <param name="host">The application's domain.</param>
    /// <param name="token">Its credential.</param>
    public static async Task<AccessListener> StartAsync(GatewayProcess gateway, string host, ServiceToken token)
    {
        var program = PublishedBinary.Start([.. gateway.AccessArguments("tcp", host, token), "--url", "127.0.0.1:0"]);
        try
        {
            var line = await program.WaitForErrorAsync(Listening(), TimeSpan.FromSeconds(20));
            return new AccessListener(program, int.Parse(line.Groups["port"].Value, CultureInfo.InvariantCulture));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Program.DisposeAsync();

    [GeneratedRegex(@"listen[^\n]*127\.0\.0\.1:(?<port>[1-9]\d*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Listening();
}
