using System.Buffers;
using System.Text;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Streams;

public sealed class StreamMessageTests
{
    public static TheoryData<StreamMessage> Messages =>
    [
        new StreamMessage { Type = StreamMessageType.Open, Id = 7, App = "gitlab.example.com", Destination = "10.0.0.5:22", As = "uid:1001" },
        new StreamMessage { Type = StreamMessageType.Open, Id = 1 },
        new StreamMessage { Type = StreamMessageType.Opened, Id = 7, Request = "0123456789abcdef" },
        new StreamMessage { Type = StreamMessageType.Refused, Id = 7, Code = "policy_denied", Message = "no \"policy\" \u00e9", Request = "x" },
        new StreamMessage { Type = StreamMessageType.Eof, Id = 9_007_199_254_740_991 },
        new StreamMessage { Type = StreamMessageType.Reset, Id = 2 },
        new StreamMessage { Type = StreamMessageType.Closed, Id = 7, Code = "ok", Up = 123, Down = 456 },
        new StreamMessage { Type = StreamMessageType.Drain, Code = "shutdown", Last = 7 },
        new StreamMessage { Type = StreamMessageType.Ping, Number = 1 },
        new StreamMessage { Type = StreamMessageType.Pong, Number = 0 },
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Reads_back_what_it_writes(StreamMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        message.WriteTo(output);
        Assert.True(StreamMessage.TryParse(output.WrittenSpan, out var read, out var error), error);
        Assert.Equal(message, read);
        Assert.InRange(output.WrittenCount, 1, StreamMessage.MaxLength);
    }

    [Theory]
    [InlineData("""{"type":"eof","id":1,"extension":{"a":[1,2,{"b":null}]},"other":"x"}""")]
    [InlineData("""  { "id" : 1 , "type" : "eof" }  """)]
    public void Ignores_unknown_fields_order_and_space(string json)
    {
        Assert.True(StreamMessage.TryParse(Encoding.UTF8.GetBytes(json), out var message, out var error), error);
        Assert.Equal(new StreamMessage { Type = StreamMessageType.Eof, Id = 1 }, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"type":"eof"}""")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"type":"eof","id":0}""")]
    [InlineData("""{"type":"eof","id":-1}""")]
    [InlineData("""{"type":"eof","id":1.5}""")]
    [InlineData("""{"type":"eof","id":"1"}""")]
    [InlineData("""{"type":"eof","id":9007199254740992}""")]
    [InlineData("""{"type":"eof","id":1,"id":1}""")]
    [InlineData("""{"type":"eof","id":1,"x":1,"x":2}""")]
    [InlineData("""{"type":"EOF","id":1}""")]
    [InlineData("""{"type":"migrate","id":1}""")]
    [InlineData("""{"type":1,"id":1}""")]
    [InlineData("""{"type":"open","id":1,"app":5}""")]
    [InlineData("""{"type":"eof","id":1}{}""")]
    [InlineData("""{"type":"eof","id":1} x""")]
    [InlineData("""{"type":"open","id":1,"app":"\ud800"}""")]
    public void Refuses_what_is_not_a_message_and_names_the_rule(string json)
    {
        Assert.False(StreamMessage.TryParse(Encoding.UTF8.GetBytes(json), out _, out var error));
        Assert.False(string.IsNullOrEmpty(error));
    }

    [Fact]
    public void Never_throws_whatever_the_bytes()
    {
        var random = new Random(20261122);
        var valid = Encoding.UTF8.GetBytes("""{"type":"open","id":7,"app":"h\u0041","destination":"d:1","n":[{}]}""");
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])valid.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var parsed = StreamMessage.TryParse(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out _, out var error);
            Assert.Equal(parsed, error is null);
        }
    }
}
