using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class FrameHeaderTests
{
    [Theory]
    [InlineData(0, false, "8200")]
    [InlineData(125, false, "827D")]
    [InlineData(126, false, "827E007E")]
    [InlineData(65535, false, "827EFFFF")]
    [InlineData(65536, false, "827F0000000000010000")]
    [InlineData(long.MaxValue, false, "827F7FFFFFFFFFFFFFFF")]
    [InlineData(0, true, "828004030201")]
    [InlineData(126, true, "82FE007E04030201")]
    [InlineData(65536, true, "82FF000000000001000004030201")]
    public void Takes_the_shortest_form(long length, bool masked, string expected)
    {
        Span<byte> header = stackalloc byte[FrameHeader.MaxLength];
        var written = FrameHeader.Write(header, Opcode.Binary, true, length, masked, 0x01020304);
        Assert.Equal(expected, Convert.ToHexString(header[..written]));
        Assert.Equal(written, FrameHeader.Length(length, masked));
    }

    [Theory]
    [InlineData(Opcode.Continuation, false, 0x00)]
    [InlineData(Opcode.Text, false, 0x01)]
    [InlineData(Opcode.Close, true, 0x88)]
    [InlineData(Opcode.Pong, true, 0x8A)]
    public void First_byte_is_fin_and_opcode(Opcode opcode, bool fin, byte expected)
    {
        var header = new byte[2];
        FrameHeader.Write(header, opcode, fin, 0, false, 0);
        Assert.Equal(expected, header[0]);
    }

    [Theory]
    [InlineData(5, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(14, -1, false)]
    public void Refuses_what_does_not_fit(int room, long length, bool masked) =>
        Assert.Throws<ArgumentException>(() => FrameHeader.Write(new byte[room], Opcode.Binary, true, length, masked, 1));
}
