using System.Globalization;
using System.Security.Cryptography;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Tcp;

public sealed class HalfCloseTests
{
    private const string Host = "half.test.localhost";
    private const int RequestBytes = 3_000_000;
    private const int AnswerBytes = 5_000_000;

    [Fact]
    public async Task NetcatGetsTheWholeAnswerOfAPeerThatAnswersOnlyAfterEof()
    {
        var request = new SeededBytes(1).ToArray(RequestBytes);
        var answer = new SeededBytes(2).ToArray(AnswerBytes);
        ReceivedBytes? heard = null;
        await using var origin = new HalfClosePeer(received =>
        {
            heard = received;
            return answer;
        });
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var client = await AccessListener.StartAsync(gateway, Host, token);

        var result = await RunningProgram.RunAsync(
            "nc", ["-N", "127.0.0.1", client.Port.ToString(CultureInfo.InvariantCulture)], request, timeout: TimeSpan.FromSeconds(60));

        Assert.Equal(new ReceivedBytes(RequestBytes, Convert.ToHexStringLower(SHA256.HashData(request))), heard);
        Assert.Equal(answer.Length, result.Output.Length);
        Assert.Equal(answer, result.Output);
    }
}
