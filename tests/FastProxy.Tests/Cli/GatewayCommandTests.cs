using FastProxy.Tests.Gateway.Tls;

namespace FastProxy.Tests.Cli;

[Collection(nameof(ConsoleCollection))]
public sealed class GatewayCommandTests
{
    [Fact]
    public async Task Check_accepts_a_valid_file()
    {
        var (code, output, error) = await CheckAsync("listen: [{ address: 127.0.0.1:0, tls: off }]\nauth_domain: https://access.example.com");

        Assert.Equal(0, code);
        Assert.Contains("is valid", output, StringComparison.Ordinal);
        Assert.Matches("^fastproxy: warning: .*gateway.yaml:2:14: auth_domain: has no effect", error);
    }

    [Fact]
    public async Task Check_prints_every_mistake_and_exits_2()
    {
        var (code, _, error) = await CheckAsync("listn: []\nkeepalive: soon");

        Assert.Equal(2, code);
        Assert.Matches("fastproxy: .*gateway.yaml:1:1: unknown key 'listn', did you mean 'listen'\\?\n", error);
        Assert.Matches("fastproxy: .*gateway.yaml:2:12: keepalive: ", error);
    }

    [Fact]
    public async Task Check_tells_of_a_certificate_that_has_expired()
    {
        var (code, output, error) = await CheckAsync("listen: [{ address: 127.0.0.1:0, tls: { certificate: tls.pem, key: tls.key } }]", directory =>
        {
            var now = TimeProvider.System.GetUtcNow();
            new CertificateFile(directory).Write(now.AddDays(-90), now.AddDays(-1));
        });

        Assert.Equal(0, code);
        Assert.Contains("is valid", output, StringComparison.Ordinal);
        Assert.Matches("^fastproxy: warning: the certificate .*tls.pem has expired, on ", error);
    }

    private static async Task<(int Code, string Out, string Error)> CheckAsync(string yaml, Action<string>? prepare = null)
    {
        var directory = Directory.CreateTempSubdirectory("fastproxy-check-");
        try
        {
            prepare?.Invoke(directory.FullName);
            var file = Path.Combine(directory.FullName, "gateway.yaml");
            await File.WriteAllTextAsync(file, yaml);
            return await Terminal.RunAsync("gateway", "--config", file, "--check");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
