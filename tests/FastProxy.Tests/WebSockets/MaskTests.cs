using System.Buffers.Binary;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class MaskTests
{
    [Fact]
    public void Equals_the_definition_at_every_alignment_length_and_cut()
    {
        const uint key = 0xA1B2_C3D4;
        Span<byte> keyBytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(keyBytes, key);
        var original = Frames.Pattern(400);
        var actual = new byte[400];
        var expected = new byte[400];
        for (var offset = 0; offset < 65; offset++)
        {
            for (var length = 0; length <= 300; length++)
            {
                original.CopyTo(actual, 0);
                original.CopyTo(expected, 0);
                for (var i = 0; i < length; i++)
                {
                    expected[offset + i] ^= keyBytes[i % 4];
                }

                // Two chunks, cut where the first one's length leaves every remainder, continued with the returned key.
                var cut = length * (offset % 7) / 6;
                var next = Mask.Apply(actual.AsSpan(offset, cut), key);
                Mask.Apply(actual.AsSpan(offset + cut, length - cut), next);
                Assert.True(expected.AsSpan().SequenceEqual(actual), $"offset {offset}, length {length}, cut {cut}");
            }
        }
    }

    [Theory]
    [InlineData(0, 0x04030201u)]
    [InlineData(1, 0x01040302u)]
    [InlineData(2, 0x02010403u)]
    [InlineData(3, 0x03020104u)]
    [InlineData(64, 0x04030201u)]
    [InlineData(131, 0x03020104u)]
    public void Returns_the_key_turned_to_the_next_byte(int length, uint expected) =>
        Assert.Equal(expected, Mask.Apply(new byte[length], 0x04030201));

    [Fact]
    public void Twice_is_nothing()
    {
        var data = Frames.Pattern(1000);
        Mask.Apply(data, 0xDEAD_BEEF);
        Assert.NotEqual(Frames.Pattern(1000), data);
        Mask.Apply(data, 0xDEAD_BEEF);
        Assert.Equal(Frames.Pattern(1000), data);
    }

    [Fact]
    public void Key_zero_changes_nothing()
    {
        var data = Frames.Pattern(77);
        Assert.Equal(0u, Mask.Apply(data, 0));
        Assert.Equal(Frames.Pattern(77), data);
    }
}
