using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Binary;

public sealed partial class EmptyRootTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ServesAndDialsTlsInAnEmptyRoot()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var root = new EmptyRoot();
        using var certificates = root.CreateCertificates();
        root.Write(
            "gateway.yaml",
            """
            data_dir: /data
            listen:
              - address: 127.0.0.1:0
                tls: { certificate: /server.pem, key: /server.key }
            """);
        await using var origin = new EchoPeer();
        await using var gateway = await root.StartAsync(["gateway", "--config", "/gateway.yaml"]);
        var port = (await gateway.WaitForErrorAsync(Listening(), s_limit)).Groups["port"].Value;
        var cli = new FastProxyCli(root["data/admin.sock"]);
        var token = await cli.CreateTokenAsync("ci");
        await cli.RunAsync("app", "create", "app", "--domain", "app.test.localhost", "--origin", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));
        await cli.RunAsync("policy", "add", "app", "machines", "--action", "service-auth", "--include", "service-token:ci");

        string[] access = ["access", "tcp", "--hostname", $"app.test.localhost:{port}", "--ca-file", "/ca.pem", "--url", "127.0.0.1:0"];
        await using var client = await AccessListener.FromAsync(await root.StartAsync(access, AccessListener.Environment(token)));
        using var socket = await client.ConnectAsync(limit.Token);
        using var answer = new StreamReader(new NetworkStream(socket));
        await socket.SendAllAsync("through"u8.ToArray(), limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("through", await answer.ReadToEndAsync(limit.Token));
    }

    [GeneratedRegex(@"listening https://127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex Listening();
}
