using FastProxy.WebSockets;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.WebSockets;

public sealed class FrameRoundTripTests
{
    [Fact]
    public void Every_conversation_survives_every_chunking()
    {
        var lengths = Gen.OneOf(Gen.Choose(0, 140), Gen.Elements(0, 125, 126, 127, 65535, 65536, 65537), Gen.Choose(0, 70_000));
        var step = from kind in Gen.Choose(0, 9)
                   from length in lengths
                   from key in Gen.OneOf(Gen.Constant(0), Gen.Choose(int.MinValue, int.MaxValue))
                   select (Kind: kind, Length: length, Key: unchecked((uint)key));
        var conversation = from peer in Gen.Elements(PeerRole.Client, PeerRole.Server)
                           from steps in step.ListOf()
                           from chunks in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1, 9000)).NonEmptyListOf()
                           select (peer, steps, chunks);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(150),
            Prop.ForAll(conversation.ToArbitrary(), one => RoundTrips(one.peer, one.steps, [.. one.chunks])));
    }

    [Fact]
    public void Payload_that_is_passed_on_unseen_counts_as_read()
    {
        // Three BINARY messages, one of them in two frames, with a ping inside; the payloads are skipped in pieces wherever that is allowed.
        byte[][] payloads = [Frames.Pattern(70_000), Frames.Pattern(10), Frames.Pattern(300), Frames.Pattern(65_536)];
        byte[] bytes =
        [
            .. Frames.Make(Opcode.Binary, payloads[0], fin: true, masked: true, key: 0),
            .. Frames.Make(Opcode.Binary, payloads[1], fin: false, masked: true, key: 0),
            .. Frames.Make(Opcode.Ping, "here"u8, fin: true, masked: true, key: 0),
            .. Frames.Make(Opcode.Continuation, payloads[2], fin: true, masked: true, key: 0),
            .. Frames.Make(Opcode.Binary, payloads[3], fin: true, masked: true, key: Frames.Key),
        ];
        var reader = new FrameReader(PeerRole.Client);
        var received = new MemoryStream();
        var pings = 0;
        for (var position = 0; position < bytes.Length;)
        {
            if (reader.SkippablePayload is > 0 and var most)
            {
                var count = (int)Math.Min(most, 1000);
                received.Write(bytes, position, count);
                reader.Skip(count);
                position += count;
                continue;
            }

            var frame = reader.Read(bytes.AsSpan(position, Math.Min(14, bytes.Length - position)));
            Assert.NotEqual(FrameEventKind.Error, frame.Kind);
            pings += frame.Kind == FrameEventKind.Ping ? 1 : 0;
            received.Write(bytes, position + frame.PayloadOffset, frame.Kind == FrameEventKind.Data ? frame.PayloadLength : 0);
            position += frame.Consumed;
        }

        Assert.Equal(1, pings);
        Assert.True(reader.AtMessageBoundary);
        Assert.Equal(65_536, reader.FrameLength);
        Assert.Equal((byte[])[.. payloads[0], .. payloads[1], .. payloads[2], .. payloads[3]], received.ToArray());
    }

    [Theory]
    [InlineData(Opcode.Binary, Frames.Key)]
    [InlineData(Opcode.Text, 0u)]
    [InlineData(Opcode.Ping, 0u)]
    public void Payload_that_must_be_looked_at_cannot_be_skipped(Opcode opcode, uint key)
    {
        var frame = Frames.Make(opcode, Frames.Pattern(100), fin: true, masked: true, key);
        var reader = new FrameReader(PeerRole.Client);
        reader.Read(frame.AsSpan(0, 20));
        Assert.Equal(0, reader.SkippablePayload);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Skip(1));
    }

    /// <summary>Kinds 0–1 are control frames, 2–4 unfinished data frames, the others finished ones.</summary>
    private static bool RoundTrips(PeerRole peer, IEnumerable<(int Kind, int Length, uint Key)> steps, int[] chunks)
    {
        var bytes = new MemoryStream();
        var expected = new List<string>();
        Opcode? message = null;
        foreach (var (kind, length, key) in steps)
        {
            var control = kind <= 1;
            var payload = Frames.Pattern(control ? Math.Min(length, 125) : length);
            var fin = control || kind > 4;
            Opcode opcode;
            if (control)
            {
                opcode = kind == 0 ? Opcode.Ping : Opcode.Pong;
                expected.Add($"{opcode} {Convert.ToHexString(payload)}");
            }
            else
            {
                opcode = message is null ? (length % 2 == 0 ? Opcode.Text : Opcode.Binary) : Opcode.Continuation;
                message ??= opcode;
                expected.Add($"{message} {Convert.ToHexString(payload)}{(fin ? " end" : "")}");
                message = fin ? null : message;
            }

            bytes.Write(Frames.Make(opcode, payload, fin, peer == PeerRole.Client, key));
        }

        var trace = FrameTrace.Read(peer, bytes.ToArray(), chunks);
        return trace.Lines.SequenceEqual(expected) && trace.Reader.AtFrameBoundary && trace.Reader.AtMessageBoundary == message is null;
    }
}
