using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>A gateway, and a bastion with a unix socket before it, both of which a test may kill; its sessions lead to one origin.</summary>
public sealed class OutcomePath : IAsyncDisposable
{
    /// <summary>The application.</summary>
    public const string Host = "app.test.localhost";

    /// <summary>The name of the token, at the gateway.</summary>
    public const string TokenName = "app-test-localhost";

    private OutcomePath(GatewayProcess gateway, BastionProcess bastion) => (Gateway, Bastion) = (gateway, bastion);

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; }

    /// <summary>The bastion.</summary>
    public BastionProcess Bastion { get; }

    /// <summary>Starts both.</summary>
    /// <param name="origin">Where the application is.</param>
    /// <param name="settings">More top-level keys of bastion.yaml.</param>
    public static async Task<OutcomePath> StartAsync(TcpPeer origin, string settings = "")
    {
        var gateway = await GatewayProcess.StartAsync();
        try
        {
            var token = await gateway.AdmitAsync(Host, string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));
            return new OutcomePath(gateway, await BastionProcess.StartAsync(gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}, unknown.test.localhost], token: one"], settings));
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>The arguments of <c>fastproxy connect</c> to the application.</summary>
    public string[] Arguments => ["connect", "--agent", Bastion.Socket, Host];

    /// <summary>Starts <c>fastproxy connect</c>, and waits until it has carried a byte there and back.</summary>
    public async Task<RunningProgram> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = PublishedBinary.Start(Arguments);
        await client.Input.WriteAsync("x"u8.ToArray(), cancellationToken);
        await client.Input.FlushAsync(cancellationToken);
        await client.Output.WaitForLengthAsync(1, cancellationToken);
        return client;
    }

    /// <summary>What the bastion holds and has done, as its metrics say.</summary>
    public async Task<Exposition> ScrapeAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return Exposition.Parse(await http.GetStringAsync($"{Bastion.MetricsUrl}/metrics", cancellationToken));
    }

    /// <summary>How many ends of pipes the bastion holds: its standard streams, and one for every session whose client is to learn its outcome.</summary>
    public int Pipes() => new DirectoryInfo($"/proc/{Bastion.Program.Id}/fd").EnumerateFiles().Count(file => Target(file).StartsWith("pipe:", StringComparison.Ordinal));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Bastion.DisposeAsync();
        await Gateway.DisposeAsync();
    }

    private static string Target(FileInfo file)
    {
        try
        {
            return file.LinkTarget ?? "";
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return "";
        }
    }
}
