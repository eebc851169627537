using System.Net.Sockets;
using FastProxy.Client;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>A session that the bastion has opened, on standard input and output.</summary>
internal static class AgentSession
{
    public static async Task<int> RunAsync(int descriptor, string host)
    {
        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        var ends = new StandardEnds();
        var ending = await Splice.RunAsync(
            ends.Open(),
            new SocketEnd(socket, ReasonCode.StreamLost),
            SpliceOptions.Default,
            cancellationReason: null,
            CancellationToken.None);
        if (ends.FailureBehind(ending.Reason) is { } broken)
        {
            return broken.Report();
        }

        var code = ExitCodes.Of(ending.Reason);
        return code == ExitCode.Ok
            ? (int)code
            : new CommandError(code, "the session with " + host, "the bastion ended it; its log says why") { Reason = ending.Reason.ToName() }.Report();
    }
}
