using FastProxy.Transport.Sockets;

namespace FastProxy.Tests.Transport.Splicing;

/// <summary>Whether a bulk flow stays in the kernel shows in what the process has open.</summary>
[Collection(nameof(ProcessCollection))]
public sealed class PipedFlowTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_bulk_flow_goes_through_pipes()
    {
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursUnmasked);

        // None is left that an earlier flow has given back: this one has to make its own.
        var others = Enumerable.Range(0, KernelPipes.MostFree).Select(_ => KernelPipes.TryRent()).ToList();
        var pipes = OpenPipes();
        var flow = BulkFlow.Start(tunnel.App, tunnel.Origin);
        var began = TimeProvider.System.GetTimestamp();
        while (OpenPipes() <= pipes)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < s_patience, "the flow opened no pipe");
            await flow.PassAsync(16 << 20).WaitAsync(s_patience);
        }

        await flow.EndAsync().WaitAsync(s_patience);
        others.ForEach(pipe => KernelPipes.Return(pipe!));
    }

    private static int OpenPipes() => Directory.GetFiles("/proc/self/fd").Count(file =>
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name.StartsWith("pipe:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return false;
        }
    });
}
