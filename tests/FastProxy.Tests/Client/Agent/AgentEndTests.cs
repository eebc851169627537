using System.Net.Sockets;
using FastProxy.Client.Agent;
using FastProxy.Client.Bastion;
using FastProxy.Tests.Client.Bastion;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client.Agent;

public sealed class AgentEndTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly SocketPath _path = new();
    private readonly Socket _listening = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly OutcomePipe _pipe = OutcomePipe.TryCreate()!;
    private readonly OutcomeReader _reader;
    private readonly Socket _bastion;
    private readonly AgentEnd _end;

    public AgentEndTests()
    {
        _listening.Bind(new UnixDomainSocketEndPoint(_path.Value));
        _listening.Listen();
        var agent = AgentSocket.Connect(_path.Value, out _, out _)!;
        _bastion = _listening.Accept();
        Assert.True(_pipe.TryPass(_bastion, "HTTP/1.1 200 OK\r\nFastProxy-Outcome: descriptor\r\n\r\n"u8));
        Assert.Null(agent.Ask("h.example.com", wantsOutcome: true)!.Failure);
        _reader = OutcomeReader.Start(agent.ReleaseOutcome());
        _end = new AgentEnd(new Socket(new SafeSocketHandle(agent.Release(), ownsHandle: true)), _reader);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.DisposeAsync();
        _pipe.Dispose();
        _bastion.Dispose();
        _listening.Dispose();
        _path.Dispose();
    }

    [Theory]
    [InlineData(ReasonCode.Ok)]
    [InlineData(ReasonCode.Revoked)]
    public async Task Why_it_was_aborted_stays_whatever_the_bastion_has_said(ReasonCode said)
    {
        _pipe.Tell(new AgentOutcome(said, null));
        _pipe.Dispose();
        await _reader.Said.WaitAsync(s_patience);
        _end.Abort(ReasonCode.Idle);
        await _end.WatchAsync().AsTask().WaitAsync(s_patience);
        Assert.Equal(ReasonCode.Idle, _end.Fault);
        Assert.Equal(FillStatus.Failed, await _end.FillAsync().AsTask().WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_bastion_that_takes_nothing_more_holds_the_sender_up_until_the_session_is_over()
    {
        _pipe.Dispose();
        _bastion.Dispose();
        Assert.Null(await _reader.Said.WaitAsync(s_patience));
        using var source = new MemoryStream(new byte[1000]);
        await using var standardInput = new StreamEnd(source, Stream.Null, ReasonCode.ClientReset);
        Assert.Equal(FillStatus.Data, await standardInput.FillAsync());

        // Nothing of what it would do next waits for anybody else: had it given up at once, it would be so by now.
        var sending = _end.SendAsync(standardInput.Batch).AsTask();
        Assert.False(sending.IsCompleted);
        Assert.Equal(FillStatus.EndOfData, await _end.FillAsync().AsTask().WaitAsync(s_patience));
        Assert.False(await _end.WatchAsync().AsTask().WaitAsync(s_patience));
        Assert.Equal(ReasonCode.StreamLost, _end.Fault);
        Assert.False(sending.IsCompleted);
        _end.Abort(_end.Fault);
        Assert.False(await sending.WaitAsync(s_patience));
    }
}
