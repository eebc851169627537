using System.Text.Unicode;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class Utf8ValidatorTests
{
    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("48656C6C6F")]
    [InlineData("7F C280 DFBF")]
    [InlineData("E0A080 ED9FBF EE8080 EFBFBF")]
    [InlineData("F0908080 F48FBFBF")]
    [InlineData("EFBBBF 41")]
    public void Accepts_text_at_every_cut(string hex)
    {
        var bytes = Bytes(hex);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var validator = default(Utf8Validator);
            Assert.True(validator.Append(bytes.AsSpan(0, cut)));
            Assert.Equal(Utf8.IsValid(bytes.AsSpan(0, cut)), validator.IsComplete);
            Assert.True(validator.Append(bytes.AsSpan(cut)));
            Assert.True(validator.IsComplete);
        }
    }

    /// <summary>The index of the first byte that makes the text hopeless.</summary>
    [Theory]
    [InlineData("80", 0)]
    [InlineData("41BF", 1)]
    [InlineData("C0AF", 0)]
    [InlineData("C1BF", 0)]
    [InlineData("C241", 1)]
    [InlineData("E09F80", 1)]
    [InlineData("EDA080", 1)]
    [InlineData("E28241", 2)]
    [InlineData("F08F8080", 1)]
    [InlineData("F4908080", 1)]
    [InlineData("F09080C0", 3)]
    [InlineData("F5808080", 0)]
    [InlineData("FF", 0)]
    public void Fails_at_the_first_hopeless_byte(string hex, int hopeless)
    {
        var bytes = Bytes(hex);
        var validator = default(Utf8Validator);
        Assert.True(validator.Append(bytes.AsSpan(0, hopeless)));
        Assert.False(validator.Append(bytes.AsSpan(hopeless, 1)));
        Assert.False(validator.Append("later"u8));
        Assert.False(validator.IsComplete);
    }

    [Fact]
    public void Agrees_with_the_platform_on_every_pair_and_on_random_sequences()
    {
        var random = new Random(7);
        var bytes = new byte[4];
        for (var i = 0; i < 400_000; i++)
        {
            var length = i < 0x10000 ? 2 : 3 + (i & 1);
            bytes[0] = i < 0x10000 ? (byte)(i >> 8) : (byte)random.Next(0xC0, 0x100);
            bytes[1] = i < 0x10000 ? (byte)i : (byte)random.Next(0x70, 0xD0);
            bytes[2] = (byte)random.Next(0x70, 0xD0);
            bytes[3] = (byte)random.Next(0x70, 0xD0);
            var validator = default(Utf8Validator);
            var accepted = validator.Append(bytes.AsSpan(0, 1)) && validator.Append(bytes.AsSpan(1, length - 1)) && validator.IsComplete;
            Assert.True(Utf8.IsValid(bytes.AsSpan(0, length)) == accepted, Convert.ToHexString(bytes.AsSpan(0, length)));
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
