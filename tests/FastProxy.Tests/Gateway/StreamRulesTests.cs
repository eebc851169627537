using System.Text;
using FastProxy.Access.Policies;
using FastProxy.Testing.Peers;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Gateway;

/// <summary>Every message that a client must not send, in every state of a stream, and the Close it is answered by.</summary>
public sealed class StreamRulesTests
{
    private const string Host = "app.example.com";

    /// <summary>What comes before the illegal message: nothing, a refused session, an open one, one that is being dialled.</summary>
    public enum State
    {
        Fresh,
        Refused,
        Open,
        HalfClosed,
        Dialling,
    }

    public static TheoryData<State, string, int> Illegal
    {
        get
        {
            var data = new TheoryData<State, string, int>();
            foreach (var state in Enum.GetValues<State>())
            {
                // Wrong in any state.
                data.Add(state, "no JSON", 1002);
                data.Add(state, "[]", 1002);
                data.Add(state, """{"id":1}""", 1002);
                data.Add(state, """{"type":"ping","n":1,"n":2}""", 1002);
                data.Add(state, """{"type":"ping","n":9007199254740992}""", 1002);
                data.Add(state, """{"type":"surprise"}""", 1002);
                data.Add(state, """{"type":"open"}""", 1002);
                data.Add(state, """{"type":"open","id":9}""", 1002);
                data.Add(state, """{"type":"eof","id":9}""", 1002);
                data.Add(state, """{"type":"reset","id":9}""", 1002);
                data.Add(state, """{"type":"opened","id":1}""", 1002);
                data.Add(state, """{"type":"refused","id":1,"code":"x"}""", 1002);
                data.Add(state, """{"type":"closed","id":1,"code":"ok"}""", 1002);
                data.Add(state, """{"type":"drain","code":"shutdown","last":1}""", 1002);
                data.Add(state, "\xff", 1007);
                data.Add(state, new string(' ', 4097), 1009);
            }

            data.Add(State.Fresh, "bytes:1", 1002);
            data.Add(State.Fresh, """{"type":"eof","id":1}""", 1002);
            data.Add(State.Refused, """{"type":"open","id":1}""", 1002);
            data.Add(State.Open, """{"type":"open","id":1}""", 1002);
            data.Add(State.Dialling, """{"type":"open","id":1}""", 1002);
            data.Add(State.HalfClosed, "bytes:1", 1002);
            data.Add(State.HalfClosed, """{"type":"eof","id":1}""", 1002);
            data.Add(State.Open, """{"type":"open","id":2}""", 1002);
            data.Add(State.Dialling, """{"type":"open","id":2}""", 1002);
            return data;
        }
    }

    public static TheoryData<State, string> Legal => new()
    {
        { State.Refused, "bytes:1000" },
        { State.Refused, """{"type":"eof","id":1}""" },
        { State.Refused, """{"type":"reset","id":1}""" },
        { State.Fresh, """{"type":"pong","n":1}""" },
        { State.Open, """{"type":"pong","n":1}""" },
        { State.HalfClosed, """{"type":"pong","n":1}""" },
        { State.Dialling, """{"type":"pong","n":1,"unknown":{"a":[1]}}""" },
        { State.Dialling, "bytes:1000" },
        { State.Dialling, """{"type":"eof","id":1}""" },
    };

    [Theory]
    [MemberData(nameof(Illegal))]
    public async Task An_illegal_message_is_answered_by_its_close_code(State state, string message, int code)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new SilentPeer();
        await using var stream = await InAsync(gateway, origin, state);
        await SendAsync(stream, message);
        Assert.Equal((CloseCode)code, (await stream.ReadCloseAsync()).Code);
        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0);
    }

    [Theory]
    [MemberData(nameof(Legal))]
    public async Task A_late_or_idle_message_that_is_legal_leaves_the_stream_alone(State state, string message)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new SilentPeer();
        await using var stream = await InAsync(gateway, origin, state);
        await SendAsync(stream, message);
        await stream.SendTextAsync("""{"type":"ping","n":42}""");
        Assert.Equal("""{"type":"pong","n":42}""", (await stream.ReadTextAsync()).GetRawText());
    }

    private static Task SendAsync(RawStream stream, string message) =>
        message.StartsWith("bytes:", StringComparison.Ordinal) ? stream.SendBinaryAsync(new byte[int.Parse(message[6..], System.Globalization.CultureInfo.InvariantCulture)])
        : stream.SendRawTextAsync(Encoding.Latin1.GetBytes(message));

    private static async Task<RawStream> InAsync(GatewayFixture gateway, SilentPeer origin, State state)
    {
        var scheme = state == State.Dialling ? "https" : "tcp";
        var port = state == State.Refused ? 1 : origin.Port;
        await gateway.AddApplicationAsync(Host, $"{scheme}://127.0.0.1:{port}", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(await gateway.AddTokenAsync()));
        if (state == State.Fresh)
        {
            return stream;
        }

        await stream.SendTextAsync("""{"type":"open","id":1}""");
        if (state == State.Dialling)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await origin.WaitForAcceptedAsync(1, patience.Token);
            return stream;
        }

        Assert.Equal(state == State.Refused ? "refused" : "opened", (await stream.ReadTextAsync()).GetProperty("type").GetString());
        if (state == State.HalfClosed)
        {
            await stream.SendTextAsync("""{"type":"eof","id":1}""");
        }

        return stream;
    }
}
