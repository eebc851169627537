using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>What systemd does with a service, done by hand: it passes sockets and listens for news.</summary>
public sealed partial class SystemdTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ServesThePassedSocketAndTellsHowItIs()
    {
        using var news = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        news.Bind(new UnixDomainSocketEndPoint(_directory["notify"]));
        using var listening = Listen(_directory["s"]);
        await using var bastion = Start(listening, _directory["s"]);

        Assert.Equal("READY=1", await NextAsync(news));
        await bastion.WaitForErrorAsync(new Regex($"listening unix:{Regex.Escape(_directory["s"])}"), s_limit);
        using (var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await client.ConnectAsync(new UnixDomainSocketEndPoint(_directory["s"]));
            await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            var answer = new byte[1024];
            var count = await client.ReceiveAsync(answer).WaitAsync(s_limit);
            Assert.StartsWith("HTTP/1.1 400 ", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        }

        bastion.Send(PosixSignalNumber.Hangup);
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", await NextAsync(news));
        Assert.Equal("READY=1", await NextAsync(news));

        bastion.Send(PosixSignalNumber.Terminate);
        Assert.Equal("STOPPING=1", await NextAsync(news));
        Assert.Equal(0, (await bastion.WaitForExitAsync(s_limit)).ExitCode);

        // The socket is systemd's: it stays for the next start.
        Assert.True(File.Exists(_directory["s"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServesWithinTheAddressFamiliesOfItsUnit(bool hearsOfRoutes)
    {
        var unit = File.ReadLines(Path.Combine(Repository.Root, "packaging", "systemd", "fastproxy-bastion.service"));
        var families = unit.Single(line => line.StartsWith("RestrictAddressFamilies=", StringComparison.Ordinal)).Split('=')[1].Split(' ');
        Assert.Contains(SocketFilter.Netlink, families);
        using var listening = Listen(_directory["s"]);
        await using var bastion = SocketFilter.Only(
            hearsOfRoutes ? families : [.. families.Except([SocketFilter.Netlink])], () => Start(listening, _directory["s"]));
        await bastion.WaitForErrorAsync(new Regex("listening unix:"), s_limit);
        bastion.Send(PosixSignalNumber.Terminate);
        var result = await bastion.WaitForExitAsync(s_limit);
        Assert.Equal((0, hearsOfRoutes ? 0 : 1), (result.ExitCode, Regex.Count(result.ErrorText, "event=RoutesUnwatched")));
    }

    [Fact]
    public async Task ASocketThatNoListenerNamesRefusesToStart()
    {
        using var listening = Listen(_directory["s"]);
        await using var bastion = Start(listening, _directory["other"]);
        var result = await bastion.WaitForExitAsync(s_limit);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"a socket for unix:{_directory["s"]} was passed, and no listener is configured for it", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheWatchdogIsFed()
    {
        using var news = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        news.Bind(new UnixDomainSocketEndPoint(_directory["notify"]));
        using var listening = Listen(_directory["s"]);
        await using var bastion = Start(listening, _directory["s"], "WATCHDOG_USEC=200000");
        while (await NextAsync(news) is var state && state != "WATCHDOG=1")
        {
            Assert.Equal("READY=1", state);
        }
    }

    [Fact]
    public async Task AGatewayTellsHowItIsToo()
    {
        using var news = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        news.Bind(new UnixDomainSocketEndPoint(_directory["notify"]));
        _directory.Write("gateway.yaml", $"data_dir: {_directory["data"]}\nlisten: [ {{ address: 127.0.0.1:0, tls: off }} ]\n");
        await using var gateway = PublishedBinary.Start(["gateway", "--config", _directory["gateway.yaml"]], [new("NOTIFY_SOCKET", _directory["notify"])]);
        Assert.Equal("READY=1", await NextAsync(news));
        gateway.Send(PosixSignalNumber.Terminate);
        Assert.Equal("STOPPING=1", await NextAsync(news));
        Assert.Equal(0, (await gateway.WaitForExitAsync(s_limit)).ExitCode);
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private static async Task<string> NextAsync(Socket news)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, await news.ReceiveAsync(buffer).WaitAsync(s_limit));
    }

    private RunningProgram Start(Socket listening, string path, string more = "")
    {
        _directory.Write("secret", "s");
        _directory.Write(
            "bastion.yaml",
            $$"""
            listeners:
              - listen: unix:{{path}}
                allow: [ { uid: 0, hostnames: [h.example.com], token: t } ]
            tokens: { t: { id: 00000000000000000000000000000000.access, secret_file: secret } }

            """);

        // A shell puts the socket where systemd would, and names itself the receiver before it becomes the bastion. SIGHUP works even where
        // whoever runs the tests ignores it (nohup).
        var inheritable = Duplicate((int)listening.SafeHandle.DangerousGetHandle());
        try
        {
            return RunningProgram.Start(
                "bash",
                ["-c", $"exec 3<&{inheritable} {inheritable}<&-; export {more} LISTEN_FDS=1 LISTEN_PID=$$ LISTEN_FDNAMES=bastion NOTIFY_SOCKET={_directory["notify"]}; exec env --default-signal=HUP {PublishedBinary.Path} bastion --config bastion.yaml"],
                directory: _directory.Path);
        }
        finally
        {
            _ = Close(inheritable);
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
