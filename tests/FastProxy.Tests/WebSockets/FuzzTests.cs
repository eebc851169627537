using System.Globalization;
using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

/// <summary>Hostile bytes by seed. <c>FASTPROXY_FUZZ_SECONDS</c> sets how long each test runs (default 2).</summary>
public sealed class FuzzTests
{
    private const int Seed = 20_481;

    private static TimeSpan Duration =>
        TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("FASTPROXY_FUZZ_SECONDS") ?? "2", CultureInfo.InvariantCulture));

    [Fact]
    public void Frame_reader_keeps_its_promises_on_random_bytes() => Repeat(random =>
    {
        var bytes = new byte[random.Next(1, 400)];
        random.NextBytes(bytes);
        ReadTwice(random, bytes);
    });

    [Fact]
    public void Frame_reader_keeps_its_promises_on_mutated_frames() => Repeat(random =>
    {
        var bytes = new MemoryStream();
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var opcode = (Opcode)random.Next(0, 11);
            var payload = Frames.Pattern(random.Next(0, random.Next(4) == 0 ? 70_000 : 130));
            bytes.Write(Frames.Make(opcode, payload, random.Next(4) > 0, random.Next(20) > 0, (uint)random.Next()));
        }

        ReadTwice(random, Mutate(random, bytes.ToArray()));
    });

    [Fact]
    public void Upgrade_response_keeps_its_promises_on_mutated_heads() => Repeat(random =>
    {
        const string good =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nContent-Length: 5\r\n\r\nbytes";
        var bytes = Mutate(random, Encoding.Latin1.GetBytes(good));
        var whole = Parse(bytes);

        // However it is cut, the verdict is the same or not yet there.
        var part = Parse(bytes[..random.Next(bytes.Length + 1)]);
        Assert.True(part.Status == UpgradeStatus.NeedMoreData || part == whole, $"{part} but {whole}: {Convert.ToHexString(bytes)}");
    });

    private static (UpgradeStatus Status, int HeadLength, string? Error) Parse(byte[] bytes)
    {
        var status = UpgradeResponse.TryParse(bytes, "dGhlIHNhbXBsZSBub25jZQ==", null, out var response, out var headLength, out var error);
        var answered = status is UpgradeStatus.Accepted or UpgradeStatus.Refused;
        Assert.Equal(answered, response is not null);
        Assert.InRange(headLength, answered ? 1 : 0, answered ? bytes.Length : 0);
        Assert.Equal(status == UpgradeStatus.Invalid, error is not null);
        return (status, headLength, error);
    }

    /// <summary>The trace checks ranges and progress; two different cuts must tell the same.</summary>
    private static void ReadTwice(Random random, byte[] bytes)
    {
        var peer = random.Next(2) == 0 ? PeerRole.Client : PeerRole.Server;
        var first = FrameTrace.Read(peer, bytes, random.Next(1, 50), random.Next(1, 5000));
        var second = FrameTrace.Read(peer, bytes);
        Assert.True(first.Lines.SequenceEqual(second.Lines), $"{peer} {Convert.ToHexString(bytes)}");
    }

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        for (var i = random.Next(0, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 12))..], 0];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes.AsSpan(random.Next(at + 1), random.Next(0, Math.Min(12, bytes.Length - at))), .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }

    private static void Repeat(Action<Random> attempt)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var seed = Seed; TimeProvider.System.GetElapsedTime(start) < Duration; seed++)
        {
            try
            {
                attempt(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }
    }
}
