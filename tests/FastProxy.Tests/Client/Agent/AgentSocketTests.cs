using System.Net.Sockets;
using System.Text;
using FastProxy.Client.Agent;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Tests.Client.Bastion;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client.Agent;

public sealed class AgentSocketTests : IDisposable
{
    private const string Opened = "HTTP/1.1 200 Connection established\r\nA: b\r\n\r\n";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly SocketPath _path = new();
    private readonly Socket _listening = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public AgentSocketTests()
    {
        _listening.Bind(new UnixDomainSocketEndPoint(_path.Value));
        _listening.Listen();
    }

    public void Dispose()
    {
        _listening.Dispose();
        _path.Dispose();
    }

    [Fact]
    public async Task Takes_the_head_and_leaves_every_byte_behind_it()
    {
        for (var split = 0; split <= Opened.Length; split += 7)
        {
            var answering = AnswerAsync(Opened[..split], Opened[split..] + "SSH-2.0");
            using var agent = AgentSocket.Connect(_path.Value, out _, out var error);
            Assert.NotNull(agent);
            Assert.Equal("", error);
            Assert.Null(agent.Ask("h.example.com", wantsOutcome: false)!.Failure);
            using var session = new Socket(new SafeSocketHandle(agent.Release(), ownsHandle: true));
            Assert.Equal("CONNECT h.example.com HTTP/1.1\r\nHost: h.example.com\r\n\r\n", await answering.WaitAsync(s_patience));
            var behind = new byte[100];
            var length = 0;
            for (int count; (count = session.Receive(behind, length, behind.Length - length, SocketFlags.None)) > 0;)
            {
                length += count;
            }

            Assert.Equal("SSH-2.0", Encoding.ASCII.GetString(behind, 0, length));
        }
    }

    [Fact]
    public async Task Takes_the_descriptor_that_comes_with_the_answer_wherever_it_comes_in_parts()
    {
        const string Told = "HTTP/1.1 200 Connection established\r\nfastproxy-outcome: descriptor\r\n\r\n";
        for (var split = 1; split <= Told.Length; split += 7)
        {
            using var pipe = OutcomePipe.TryCreate()!;
            var answering = AnswerAsync(Told[..split], Told[split..] + "SSH-2.0", pipe);
            using var agent = AgentSocket.Connect(_path.Value, out _, out _);
            Assert.Null(agent!.Ask("h.example.com", wantsOutcome: true)!.Failure);
            Assert.Equal("CONNECT h.example.com HTTP/1.1\r\nHost: h.example.com\r\nFastProxy-Outcome: descriptor\r\n\r\n", await answering.WaitAsync(s_patience));
            var descriptor = agent.ReleaseOutcome();

            // O_CLOEXEC: no child of ours has it.
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(line => line.StartsWith("flags:", StringComparison.Ordinal)).Split('\t')[1];
            Assert.Equal(0x80000, Convert.ToInt32(flags, 8) & 0x80000);

            var reader = OutcomeReader.Start(descriptor);
            Assert.False(reader.Said.IsCompleted);
            pipe.Tell(new AgentOutcome(ReasonCode.Revoked, "5f2c"));
            pipe.Dispose();
            Assert.Equal(new AgentOutcome(ReasonCode.Revoked, "5f2c"), await reader.Said.WaitAsync(s_patience));
        }
    }

    [Fact]
    public async Task A_writer_that_is_gone_without_a_line_says_nothing()
    {
        using var pipe = OutcomePipe.TryCreate()!;
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\nFastProxy-Outcome: descriptor\r\n\r\n", "", pipe);
        using var agent = AgentSocket.Connect(_path.Value, out _, out _);
        Assert.Null(agent!.Ask("h.example.com", wantsOutcome: true)!.Failure);
        await answering.WaitAsync(s_patience);
        var reader = OutcomeReader.Start(agent.ReleaseOutcome());
        pipe.Dispose();
        Assert.Null(await reader.Said.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Reads_a_refusal_with_its_words()
    {
        const string Body = "{\"error\":{\"code\":\"limit_sessions\",\"message\":\"two are enough\",\"request_id\":null}}";
        var answering = AnswerAsync($"HTTP/1.1 429 Too Many Requests\r\ncontent-length: {Body.Length}\r\nCf-Access-Error: limit_sessions\r\nFastProxy-Request: 5f2c\r\n\r\n{Body}", "");
        using var agent = AgentSocket.Connect(_path.Value, out _, out _);
        var failure = agent!.Ask("h.example.com", wantsOutcome: false)!.Failure!;
        await answering.WaitAsync(s_patience);
        Assert.Equal(new ConnectFailure(ConnectStage.Refused, "429 two are enough") { Status = 429, Reason = "limit_sessions", Request = "5f2c" }, failure);
    }

    [Theory]
    [InlineData("policy_denied", "FastProxy-Refused-By: bastion\r\n", ConnectStage.Refused, "403 no", true)]
    [InlineData("policy_denied", "", ConnectStage.Refused, "403 no", false)]
    [InlineData("gateway_unreachable", "", ConnectStage.Tcp, "no", false)]
    [InlineData("gateway_tls", "", ConnectStage.Tls, "no", false)]
    [InlineData("gateway_protocol", "", ConnectStage.Handshake, "no", false)]
    public async Task Knows_who_it_is_that_refuses(string reason, string header, ConnectStage stage, string message, bool byBastion)
    {
        const string Body = "{\"error\":{\"message\":\"no\"}}";
        var answering = AnswerAsync($"HTTP/1.1 403 No\r\nContent-Length: {Body.Length}\r\nCf-Access-Error: {reason}\r\n{header}\r\n{Body}", "");
        using var agent = AgentSocket.Connect(_path.Value, out _, out _);
        var failure = agent!.Ask("h.example.com", wantsOutcome: false)!.Failure!;
        await answering.WaitAsync(s_patience);
        Assert.Equal((stage, message, byBastion, reason), (failure.Stage, failure.Message, failure.ByBastion, failure.Reason));
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99999999\r\n\r\nno json", "502")]
    [InlineData("HTTP/1.1 403\r\nContent-Length: 2\r\n\r\n{}", "403")]
    [InlineData("HTTP/1.1 403 No\r\nContent-Length: -1\r\n\r\n", "403")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "what answered at the bastion's socket is not a bastion")]
    public async Task Makes_the_best_of_a_broken_answer(string answer, string message)
    {
        var answering = AnswerAsync(answer, "");
        using var agent = AgentSocket.Connect(_path.Value, out _, out _);
        Assert.Equal(message, agent!.Ask("h.example.com", wantsOutcome: false)!.Failure!.Message);
        await answering.WaitAsync(s_patience);
    }

    [Fact]
    public async Task An_end_before_the_answer_is_no_answer()
    {
        var answering = AnswerAsync("HTTP/1.1 200 OK\r\n", "");
        using var agent = AgentSocket.Connect(_path.Value, out _, out _);
        Assert.Null(agent!.Ask("h.example.com", wantsOutcome: false));
        await answering.WaitAsync(s_patience);
    }

    [Fact]
    public void Tells_an_absent_bastion_from_a_path_that_cannot_be_one()
    {
        Assert.Null(AgentSocket.Connect(_path.Value + "-absent", out var absent, out _));
        Assert.True(absent);
        _listening.Dispose();
        Assert.Null(AgentSocket.Connect(_path.Value, out absent, out _));
        Assert.True(absent);
        Assert.Null(AgentSocket.Connect("/" + new string('x', 200), out absent, out var error));
        Assert.False(absent);
        Assert.Contains("107", error, StringComparison.Ordinal);
    }

    /// <summary>Answers one client, whose question it returns: one part, another, then the end.</summary>
    private async Task<string> AnswerAsync(string first, string second, OutcomePipe? pipe = null)
    {
        using var client = await Task.Run(_listening.Accept);
        var question = new StringBuilder();
        var buffer = new byte[1024];
        while (!question.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            question.Append(Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer)));
        }

        if (pipe is null)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(first));
        }
        else
        {
            Assert.True(pipe.TryPass(client, Encoding.ASCII.GetBytes(first)));
        }

        await client.SendAsync(Encoding.ASCII.GetBytes(second));
        client.Shutdown(SocketShutdown.Both);
        return question.ToString();
    }
}
