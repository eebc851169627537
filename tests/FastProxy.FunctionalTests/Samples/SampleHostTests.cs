using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Samples;

/// <summary>What anybody can do with the packages: the sample is built from them alone, and is the one that the README shows.</summary>
public sealed partial class SampleHostTests : IDisposable
{
    private const string Host = "sample.test.localhost";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Three projects and a program are compiled, on whatever machine this is.</summary>
    private static readonly TimeSpan s_building = TimeSpan.FromMinutes(8);

    private readonly TempDirectory _directory = new();

    private static string Sample { get; } = Path.Combine(Repository.Root, "samples", "Bastion");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TheReadmeShowsIt() => Assert.Contains(
        $"```csharp\n{await File.ReadAllTextAsync(Path.Combine(Sample, "Program.cs"))}```\n",
        await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md")),
        StringComparison.Ordinal);

    [Fact]
    public async Task ItIsBuiltFromThePackagesAloneAndCarriesBytes()
    {
        foreach (var project in new[] { "FastProxy.WebSockets", "FastProxy.Transport", "FastProxy.Client" })
        {
            await DotnetAsync(
                "pack", Path.Combine(Repository.Root, "src", project), "-c", "Release", "-o", _directory["feed"], $"-p:ArtifactsPath={_directory["artifacts"]}", "-p:RunAnalyzers=false");
        }

        // Away from the repository, with a package cache of its own: what an earlier build left there is not what is tested.
        Directory.CreateDirectory(_directory["sample"]);
        foreach (var file in new[] { "Program.cs", "Bastion.csproj" })
        {
            File.Copy(Path.Combine(Sample, file), Path.Combine(_directory["sample"], file));
        }

        await DotnetAsync(
            "build", _directory["sample"], "-c", "Release", "-o", _directory["out"], $"-p:RestoreSources={_directory["feed"]}", $"-p:RestorePackagesPath={_directory["packages"]}", "-warnaserror");

        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length} {received.Sha256}"));
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var sample = RunningProgram.Start(
            "dotnet",
            [_directory["out/Bastion.dll"]],
            [
                new("FastProxy__Gateway", $"https://{gateway.Address("gateway.test.localhost")}"), new("FastProxy__Hostname", Host), new("FastProxy__Port", "0"),
                new("FastProxy__ClientId", token.Id), new("FastProxy__ClientSecret", token.Secret), new("FastProxy__CaFile", gateway.Certificates.AuthorityFile),
            ],
            directory: _directory["out"]);
        using var limit = new CancellationTokenSource(s_limit);
        var listening = await sample.Output.WaitForAsync(Listening(), limit.Token);
        Assert.NotNull(listening);
        var port = int.Parse(listening.Groups["port"].Value, CultureInfo.InvariantCulture);
        for (var round = 0; round < 3; round++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
            var sent = RandomNumberGenerator.GetBytes(300_000);
            for (var left = sent.AsMemory(); !left.IsEmpty;)
            {
                left = left[await socket.SendAsync(left, limit.Token)..];
            }

            socket.Shutdown(SocketShutdown.Send);
            var answer = new byte[1024];
            var length = 0;
            for (int count; (count = await socket.ReceiveAsync(answer.AsMemory(length), limit.Token)) > 0;)
            {
                length += count;
            }

            Assert.Equal($"{sent.Length} {Convert.ToHexStringLower(SHA256.HashData(sent))}", Encoding.ASCII.GetString(answer, 0, length).ToLowerInvariant());
        }
    }

    private async Task DotnetAsync(params string[] arguments) => (await RunningProgram.RunAsync(
        "dotnet",
        [.. arguments, "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"],
        environment: [new("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), new("DOTNET_CLI_UI_LANGUAGE", "en"), new("TMPDIR", _directory.Path)],
        timeout: s_building)).MustSucceed();

    [GeneratedRegex(@"Now listening on: http://127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex Listening();
}
