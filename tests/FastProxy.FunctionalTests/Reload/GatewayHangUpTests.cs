using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Reload;

/// <summary>What SIGHUP does to the published gateway: what certificate hooks send must never end it.</summary>
public sealed class GatewayHangUpTests
{
    private const string Host = "echo.test.localhost";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task CertificatesAreReadAgainAndSessionsGoOn()
    {
        using var patience = new CancellationTokenSource(2 * s_limit);
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var session = RunningProgram.Start(PublishedBinary.Path, [.. gateway.AccessArguments("tcp", Host, token)]);
        await session.Input.WriteAsync("before\n"u8.ToArray(), patience.Token);
        await session.Input.FlushAsync(patience.Token);
        Assert.True(await Peers.Settled.WithinAsync(s_limit, () => Task.FromResult(session.Output.Text == "before\n")), session.Error.Text);

        using var renewed = gateway.Certificates.Renew("*.test.localhost", "localhost", "127.0.0.1");
        gateway.Program.Send(PosixSignalNumber.Hangup);
        var told = await gateway.Program.WaitForErrorAsync(new Regex("info SIGHUP: (?<what>.*) event=FilesReread"), s_limit);
        Assert.EndsWith("gateway.yaml itself counts at the next start.", told.Groups["what"].Value, StringComparison.Ordinal);
        Assert.Matches(@"event=CertificateReloaded file=\S+ not_after=\d{4}-\d\d-\d\dT\S+Z", gateway.Log);
        await using (var tls = await gateway.ConnectTlsAsync(Host, patience.Token))
        {
            Assert.Equal(renewed.GetCertHashString(), tls.RemoteCertificate!.GetCertHashString());
        }

        await session.WriteInputAsync(Encoding.ASCII.GetBytes("after\n"));
        Assert.Equal("before\nafter\n", (await session.WaitForExitAsync(s_limit)).MustSucceed().OutputText);
        Assert.Equal(0, (await gateway.StopAsync()).ExitCode);
    }
}
