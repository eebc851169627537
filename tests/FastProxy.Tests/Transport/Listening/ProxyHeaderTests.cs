using System.Buffers.Binary;
using System.Net;
using System.Text;
using FastProxy.Transport.Listening;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.Transport.Listening;

public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1:56324")]
    [InlineData("PROXY TCP4 1.1.1.1 1.1.1.1 0 0\r\n", "1.1.1.1:0")]
    [InlineData("PROXY TCP6 2001:db8::1 ::1 65535 443\r\n", "[2001:db8::1]:65535")]
    [InlineData("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ::1 whatever it is\r\n", null)]
    public void Reads_version_1(string line, string? source) => AssertRead(Encoding.ASCII.GetBytes(line), source);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1  198.51.100.1 56324 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 \r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 -1 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 01 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.01 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY TCP4 3221225985 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY TCP4 ::1 ::1 1 443\r\n")]
    [InlineData("PROXY TCP6 192.0.2.1 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 1 443\r\n")]
    [InlineData("PROXY UDP4 192.0.2.1 198.51.100.1 1 443\r\n")]
    [InlineData("proxy TCP4 192.0.2.1 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY UNKNOWNX\r\n")]
    public void Refuses_what_is_not_version_1(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(line);
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.TryParse(bytes, out _, out _));
    }

    [Fact]
    public void A_line_has_at_most_107_bytes()
    {
        var longest = Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 107 - 16) + "\r\n");
        AssertRead(longest, null);
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.TryParse([.. longest[..^2], (byte)'x', (byte)'\r', (byte)'\n'], out _, out _));
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.TryParse([.. longest[..^2], (byte)'x', (byte)'x'], out _, out _));
    }

    [Fact]
    public void Reads_version_2()
    {
        AssertRead(Binary(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0xDC, 0x04, 1, 187]), "192.0.2.1:56324");
        AssertRead(Binary(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 1, 0xDC, 0x04, 1, 187, 4, 0, 1, 9]), "192.0.2.1:56324");
        AssertRead(Binary(0x21, 0x21, [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.IPv6Loopback.GetAddressBytes(), 0, 1, 0, 2]), "[2001:db8::1]:1");
        AssertRead(Binary(0x21, 0x00, []), null);
        AssertRead(Binary(0x21, 0x31, new byte[216]), null);
        AssertRead(Binary(0x20, 0x11, new byte[12]), null, local: true);
        AssertRead(Binary(0x20, 0x00, []), null, local: true);
    }

    [Theory]
    [InlineData(0x11, 0x11, 12)]
    [InlineData(0x22, 0x11, 12)]
    [InlineData(0x21, 0x11, 11)]
    [InlineData(0x21, 0x21, 35)]
    [InlineData(0x21, 0x00, 2033)]
    public void Refuses_what_is_not_version_2(byte command, byte family, int length) =>
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.TryParse(Binary(command, family, new byte[length]), out _, out _));

    [Fact]
    public void Whatever_a_sender_writes_reads_back_and_no_byte_behind_it_is_taken()
    {
        var endPoints = from bytes in Gen.Elements(4, 16).SelectMany(length => Gen.Choose(0, 255).ArrayOf(length))
                        from port in Gen.Choose(0, 65535)
                        select new IPEndPoint(new IPAddress(bytes.Select(b => (byte)b).ToArray()), port);
        Prop.ForAll(endPoints.ToArbitrary(), endPoint =>
        {
            AssertRead(Encoding.ASCII.GetBytes(Line(endPoint)), endPoint.ToString());
            AssertRead(Binary(endPoint), endPoint.ToString());
        }).Check(FastProxy.Tests.Access.Property.Config);
    }

    [Fact]
    public void Mutated_headers_never_throw_and_ask_for_a_bounded_number_of_bytes()
    {
        var random = new Random(20261122);
        byte[][] seeds = [Encoding.ASCII.GetBytes(Line(new IPEndPoint(IPAddress.Loopback, 1))), Binary(new IPEndPoint(IPAddress.IPv6Loopback, 1)), Binary(0x21, 0x11, new byte[40])];
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var length = random.Next(bytes.Length + 1);
            if (ProxyHeader.TryParse(bytes.AsSpan(0, length), out _, out var missing) == ProxyHeaderStatus.Incomplete)
            {
                Assert.InRange(missing, 1, ProxyHeader.MaxLength - length);
            }
        }
    }

    /// <summary>Reads as the middleware does, asking for as many bytes as are missing for certain, in front of bytes that are not the header's.</summary>
    private static void AssertRead(byte[] bytes, string? source, bool local = false)
    {
        var length = 0;
        ProxyHeaderStatus status;
        ProxyHeader header;
        while ((status = ProxyHeader.TryParse(bytes.AsSpan(0, length), out header, out var missing)) == ProxyHeaderStatus.Incomplete)
        {
            Assert.InRange(missing, 1, bytes.Length - length);
            length += missing;
        }

        Assert.Equal(ProxyHeaderStatus.Complete, status);
        Assert.Equal(bytes.Length, length);
        Assert.Equal(source, header.Source?.ToString());
        Assert.Equal(local, header.IsLocal);
        for (var split = 0; split < bytes.Length; split++)
        {
            Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.TryParse(bytes.AsSpan(0, split), out _, out _));
        }
    }

    private static string Line(IPEndPoint from) =>
        $"PROXY {(from.Address.GetAddressBytes().Length == 4 ? "TCP4" : "TCP6")} {from.Address} {from.Address} {from.Port} 443\r\n";

    private static byte[] Binary(IPEndPoint from)
    {
        var address = from.Address.GetAddressBytes();
        return Binary(0x21, (byte)(address.Length == 4 ? 0x11 : 0x21), [.. address, .. address, (byte)(from.Port >> 8), (byte)from.Port, 1, 187]);
    }

    private static byte[] Binary(byte command, byte family, byte[] body)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)body.Length);
        return [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, .. length, .. body];
    }
}
