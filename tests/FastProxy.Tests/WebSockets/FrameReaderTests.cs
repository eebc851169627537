using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class FrameReaderTests
{
    /// <summary>Server streams (hex, unmasked) and what they are. "-" separates frames for the reader of this table.</summary>
    public static TheoryData<string, string> Legal => new()
    {
        { "8203010203", "Binary 010203 end" },
        { "8105 48656C6C6F", "Text 48656C6C6F end" },
        { "8200", "Binary  end" },
        { "8100", "Text  end" },
        { "0100 - 0000 - 8000", "Text |Text |Text  end" },
        { "0201AA - 0001BB - 8001CC", "Binary AA|Binary BB|Binary CC end" },
        { "0101 41 - 8900 - 8001 42", "Text 41|Ping |Text 42 end" },
        { "0101 41 - 8A0155 - 8000", "Text 41|Pong 55|Text  end" },
        { "0101 41 - 8800", "Text 41|Close 1005 " },
        { "8904 DEADBEEF", "Ping DEADBEEF" },
        { "8A00", "Pong " },
        { "8800", "Close 1005 " },
        { "8802 03E8", "Close 1000 " },
        { "8807 0FA0 68C3A96C6F", "Close 4000 hélo" },
        { "8203010203 - 8101 41 - 880203E9", "Binary 010203 end|Text 41 end|Close 1001 " },
    };

    /// <summary>Server streams that break a rule, the code to fail with, and words of the rule.</summary>
    public static TheoryData<string, int, string> Illegal => new()
    {
        { "C200", 1002, "reserved bit" },
        { "A200", 1002, "reserved bit" },
        { "9200", 1002, "reserved bit" },
        { "F900", 1002, "reserved bit" },
        { "8300", 1002, "reserved opcode" },
        { "8400", 1002, "reserved opcode" },
        { "8500", 1002, "reserved opcode" },
        { "8600", 1002, "reserved opcode" },
        { "8700", 1002, "reserved opcode" },
        { "8B00", 1002, "reserved opcode" },
        { "8C00", 1002, "reserved opcode" },
        { "8D00", 1002, "reserved opcode" },
        { "8E00", 1002, "reserved opcode" },
        { "8F00", 1002, "reserved opcode" },
        { "827E 0000", 1002, "shortest form" },
        { "827E 007D", 1002, "shortest form" },
        { "827F 0000000000000000", 1002, "shortest form" },
        { "827F 000000000000FFFF", 1002, "shortest form" },
        { "827F 8000000000000000", 1002, "2^63" },
        { "827F FFFFFFFFFFFFFFFF", 1002, "2^63" },
        { "8280 00000000", 1002, "masked frame from a server" },
        { "897E 007E", 1002, "above 125" },
        { "887F 0000000000010000", 1002, "above 125" },
        { "0900", 1002, "fragmented control" },
        { "0A00", 1002, "fragmented control" },
        { "0800", 1002, "fragmented control" },
        { "8000", 1002, "without a message" },
        { "0000", 1002, "without a message" },
        { "820101 - 8000", 1002, "without a message" },
        { "0100 - 8100", 1002, "inside a fragmented message" },
        { "0100 - 0200", 1002, "inside a fragmented message" },
        { "0200 - 8900 - 8200", 1002, "inside a fragmented message" },
        { "8801 03", 1002, "one byte" },
        { "8802 0000", 1002, "close code" },
        { "8802 03E7", 1002, "close code" },
        { "8802 03ED", 1002, "close code" },
        { "8802 03EE", 1002, "close code" },
        { "8802 03F7", 1002, "close code" },
        { "8802 0BB7", 1002, "close code" },
        { "8802 1388", 1002, "close code" },
        { "8802 FFFF", 1002, "close code" },
        { "8804 03E8 C328", 1007, "not UTF-8" },
        { "8805 03E8 EDA080", 1007, "not UTF-8" },
        { "8803 03E8 C3", 1007, "not UTF-8" },
        { "8800 - 8200", 1002, "after a Close" },
        { "880203E8 - 8900", 1002, "after a Close" },
        { "8800 - 8800", 1002, "after a Close" },
    };

    [Theory]
    [MemberData(nameof(Legal))]
    public void Reads_what_is_legal_however_it_is_cut(string hex, string expected)
    {
        var bytes = Bytes(hex);
        AssertAtEveryCut(PeerRole.Server, bytes, expected.Split('|'));
    }

    [Theory]
    [MemberData(nameof(Illegal))]
    public void Fails_what_breaks_a_rule_however_it_is_cut(string hex, int code, string rule)
    {
        var bytes = Bytes(hex);
        var whole = FrameTrace.Read(PeerRole.Server, bytes);
        Assert.StartsWith($"Error {code} ", whole.Lines[^1], StringComparison.Ordinal);
        Assert.Contains(rule, whole.Lines[^1], StringComparison.Ordinal);
        Assert.False(whole.Reader.AtFrameBoundary);
        Assert.False(whole.Reader.AtMessageBoundary);
        AssertAtEveryCut(PeerRole.Server, bytes, whole.Lines);
    }

    [Fact]
    public void Fails_an_unmasked_frame_from_a_client()
    {
        var trace = FrameTrace.Read(PeerRole.Client, [0x82, 0x00]);
        Assert.Equal(["Error 1002 an unmasked frame from a client"], trace.Lines);
    }

    [Fact]
    public void Reads_a_masked_conversation_at_every_cut()
    {
        byte[] bytes =
        [
            .. Frames.FromClient(Opcode.Text, "hé"u8, fin: false),
            .. Frames.FromClient(Opcode.Ping, "are you there"u8, key: 0x0102_0304),
            .. Frames.FromClient(Opcode.Continuation, Frames.Pattern(126), key: 0),
            .. Frames.FromClient(Opcode.Binary, [], key: 0xFFFF_FFFF),
            .. Frames.FromClient(Opcode.Pong, []),
            .. Frames.FromClient(Opcode.Close, Frames.ClosePayload(1000, "bye")),
        ];
        AssertAtEveryCut(
            PeerRole.Client,
            bytes,
            [
                "Text 68C3A9", "Ping " + Convert.ToHexString("are you there"u8), $"Text {Convert.ToHexString(Frames.Pattern(126))} end", "Binary  end", "Pong ",
                "Close 1000 bye",
            ]);
    }

    [Theory]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(300_000)]
    public void Streams_frames_of_every_length_form(int length)
    {
        var payload = Frames.Pattern(length);
        var expected = $"Binary {Convert.ToHexString(payload)} end";
        foreach (var chunk in (int[])[int.MaxValue, 4096, 1 << 16, 13])
        {
            Assert.Equal([expected], FrameTrace.Read(PeerRole.Client, Frames.FromClient(Opcode.Binary, payload), chunk).Lines);
            Assert.Equal([expected], FrameTrace.Read(PeerRole.Server, Frames.FromServer(Opcode.Binary, payload), chunk).Lines);
        }
    }

    [Fact]
    public void Streams_a_frame_of_two_to_the_63_minus_one_without_waiting_for_it()
    {
        var reader = new FrameReader(PeerRole.Server);
        Assert.Equal(FrameEventKind.None, reader.Read(Bytes("827F7FFFFFFFFFFFFFFF")).Kind);
        Assert.False(reader.AtFrameBoundary);
        var found = reader.Read(new byte[1000]);
        Assert.Equal((FrameEventKind.Data, 1000, false), (found.Kind, found.PayloadLength, found.EndOfFrame));
    }

    [Fact]
    public void Reports_a_wrong_first_byte_at_once()
    {
        var found = new FrameReader(PeerRole.Server).Read([0x83]);
        Assert.Equal((FrameEventKind.Error, CloseCode.ProtocolError, 1), (found.Kind, found.Error, found.Consumed));
    }

    [Fact]
    public void Stays_failed()
    {
        var reader = new FrameReader(PeerRole.Server);
        reader.Read([0x83]);
        var found = reader.Read([0x82, 0x00, 0x82]);
        Assert.Equal((FrameEventKind.Error, CloseCode.ProtocolError, 3), (found.Kind, found.Error, found.Consumed));
        Assert.Equal("a reserved opcode", reader.ErrorText);
    }

    [Fact]
    public void An_empty_span_is_nothing() => Assert.Equal(default, new FrameReader(PeerRole.Client).Read([]));

    [Fact]
    public void Knows_where_frames_and_messages_end()
    {
        var reader = new FrameReader(PeerRole.Server);
        AssertBoundaries(reader, frame: true, message: true);
        reader.Read([0x02]);
        AssertBoundaries(reader, frame: false, message: false);
        reader.Read([0x01]);
        AssertBoundaries(reader, frame: false, message: false);
        reader.Read([0xAA]);
        AssertBoundaries(reader, frame: true, message: false);
        reader.Read([0x89, 0x01]);
        AssertBoundaries(reader, frame: false, message: false);
        reader.Read([0xBB]);
        AssertBoundaries(reader, frame: true, message: false);
        reader.Read([0x80, 0x00]);
        AssertBoundaries(reader, frame: true, message: true);
        reader.Read([0x89]);
        AssertBoundaries(reader, frame: false, message: false);
        reader.Read([0x00]);
        AssertBoundaries(reader, frame: true, message: true);
        reader.Read([0x88, 0x00]);
        AssertBoundaries(reader, frame: true, message: true);
    }

    [Fact]
    public void Control_payload_and_close_are_kept_until_the_next_read()
    {
        var reader = new FrameReader(PeerRole.Client);
        var bytes = Frames.FromClient(Opcode.Ping, "abc"u8);
        Assert.Equal(FrameEventKind.Ping, reader.Read(bytes).Kind);
        bytes.AsSpan().Clear();
        Assert.Equal("abc"u8, reader.ControlPayload);
        Assert.Equal((CloseCode)0, reader.CloseCode);
        Assert.True(reader.CloseReason.IsEmpty);

        Assert.Equal(FrameEventKind.Close, reader.Read(Frames.FromClient(Opcode.Close, Frames.ClosePayload(1001, "later"))).Kind);
        Assert.Equal(CloseCode.GoingAway, reader.CloseCode);
        Assert.Equal("later"u8, reader.CloseReason);
    }

    [Fact]
    public void Allocates_nothing()
    {
        byte[] conversation =
        [
            .. Frames.FromClient(Opcode.Binary, Frames.Pattern(300), fin: false), .. Frames.FromClient(Opcode.Ping, "12345"u8),
            .. Frames.FromClient(Opcode.Continuation, Frames.Pattern(70_000)), .. Frames.FromClient(Opcode.Text, "text"u8),
            .. Frames.FromClient(Opcode.Pong, []),
        ];
        var buffer = new byte[conversation.Length];
        var reader = new FrameReader(PeerRole.Client);
        ReadAll(reader, conversation, buffer);

        byte[] wrong = [0x83];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var frames = 0;
        while (frames < 10_000)
        {
            frames += ReadAll(reader, conversation, buffer);
        }

        var failed = reader.Read(wrong);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(FrameEventKind.Error, failed.Kind);
    }

    private static int ReadAll(FrameReader reader, byte[] conversation, byte[] buffer)
    {
        conversation.CopyTo(buffer, 0); // the reader unmasks in place
        var frames = 0;
        for (var rest = buffer.AsSpan(); !rest.IsEmpty;)
        {
            var piece = rest[..Math.Min(rest.Length, 1000)];
            rest = rest[piece.Length..];
            while (!piece.IsEmpty)
            {
                var found = reader.Read(piece);
                piece = piece[found.Consumed..];
                frames += found.EndOfFrame || found.Kind is FrameEventKind.Ping or FrameEventKind.Pong ? 1 : 0;
            }
        }

        return frames;
    }

    private static void AssertBoundaries(FrameReader reader, bool frame, bool message) =>
        Assert.Equal((frame, message), (reader.AtFrameBoundary, reader.AtMessageBoundary));

    private static void AssertAtEveryCut(PeerRole peer, byte[] bytes, IEnumerable<string> expected)
    {
        Assert.Equal(expected, FrameTrace.Read(peer, bytes).Lines);
        Assert.Equal(expected, FrameTrace.Read(peer, bytes, 1).Lines);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(expected, FrameTrace.Read(peer, bytes, cut, int.MaxValue).Lines);
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal));
}
