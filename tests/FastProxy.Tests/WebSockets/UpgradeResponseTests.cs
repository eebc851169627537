using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class UpgradeResponseTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private const string Accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    private const string Good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + Accept;

    /// <summary>Heads that open a WebSocket.</summary>
    public static TheoryData<string> Accepted => new()
    {
        Good + "\r\n",
        "HTTP/1.1 101\r\nupgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n" + Accept + "\r\n",
        "HTTP/1.1 101 \r\nUpgrade: h2c, websocket\r\nConnection: close\r\nConnection:\tupgrade \r\nSet-Cookie: a=b\r\n" + Accept + "\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + Good + "\r\n",
        Good + "Sec-WebSocket-Protocol: two\r\n\r\n",
        Good + "Content-Length: nonsense\r\n\r\n",
        Good + "Empty:\r\n\r\n",
        Good + "X: \u00ff\r\n\r\n",
    };

    /// <summary>Heads that do not, and words of the reason.</summary>
    public static TheoryData<string, string> Invalid => new()
    {
        { "SSH-2.0-OpenSSH_9.2\r\n", "not HTTP" },
        { "HTTP/2 101\r\n\r\n", "not HTTP" },
        { "\r\n" + Good + "\r\n", "not HTTP" },
        { "HTTP/1.2 101 x\r\n\r\n", "status line" },
        { "HTTP/1.1 10\r\n\r\n", "status line" },
        { "HTTP/1.1  101 x\r\n\r\n", "status line" },
        { "HTTP/1.1 1010\r\n\r\n", "status line" },
        { "HTTP/1.1 000 x\r\n\r\n", "status line" },
        { "HTTP/1.1 600 x\r\n\r\n", "status line" },
        { "HTTP/1.1 1x1 x\r\n\r\n", "status line" },
        { "HTTP/1.1 101 x\n", "CR LF" },
        { Good.Replace("\r\nUpgrade", "\nUpgrade", StringComparison.Ordinal), "CR LF" },
        { Good + "X: a\rb\r\n", "control character" },
        { Good + "X: a\0b\r\n", "control character" },
        { Good + "X: a\r\r\n", "control character" },
        { Good + "X: \u001b[2J\r\n", "control character" },
        { Good + " folded\r\n", "not a header" },
        { Good + "X : a\r\n", "not a header" },
        { Good + "no colon\r\n", "not a header" },
        { Good + ": a\r\n", "not a header" },
        { "HTTP/1.0 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + Accept + "\r\n", "not HTTP/1.1" },
        { "HTTP/1.1 101 x\r\nConnection: Upgrade\r\n" + Accept + "\r\n", "Upgrade: websocket" },
        { "HTTP/1.1 101 x\r\nUpgrade: websocket2\r\nConnection: Upgrade\r\n" + Accept + "\r\n", "Upgrade: websocket" },
        { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n" + Accept + "\r\n", "Connection: Upgrade" },
        { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\n" + Accept + "\r\n", "Connection: Upgrade" },
        { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "Accept" },
        { Good + Accept + "\r\n", "Accept" },
        { Good.Replace("s3pP", "S3pP", StringComparison.Ordinal) + "\r\n", "Accept" },
        { Good + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "extension" },
        { Good + "Sec-WebSocket-Protocol: three\r\n\r\n", "subprotocol" },
        { Good + "Sec-WebSocket-Protocol: ONE\r\n\r\n", "subprotocol" },
        { Good + "Sec-WebSocket-Protocol: one, two\r\n\r\n", "subprotocol" },
        { Good + "Sec-WebSocket-Protocol:\r\n\r\n", "subprotocol" },
        { Good + "Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: two\r\n\r\n", "subprotocol" },
        { "HTTP/1.1 403 x\r\nContent-Length: -1\r\n\r\n", "Content-Length" },
        { "HTTP/1.1 403 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "Content-Length" },
        { "HTTP/1.1 403 x\r\nContent-Length: 99999999999999999999\r\n\r\n", "Content-Length" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Accepts_a_right_101_at_its_last_byte(string head)
    {
        var bytes = Encoding.Latin1.GetBytes(head + "\u0082\u0000");
        for (var length = 0; length < head.Length; length++)
        {
            Assert.Equal(UpgradeStatus.NeedMoreData, Parse(bytes.AsSpan(0, length), out var early, out _, out _));
            Assert.Null(early);
        }

        Assert.Equal(UpgradeStatus.Accepted, Parse(bytes, out var response, out var headLength, out var error));
        Assert.Equal(head.Length, headLength);
        Assert.Equal(101, response!.StatusCode);
        Assert.Null(error);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Says_what_is_wrong_however_much_has_come(string head, string reason)
    {
        var bytes = Encoding.Latin1.GetBytes(head);
        Assert.Equal(UpgradeStatus.Invalid, Parse(bytes, out var response, out var headLength, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error!);
        Assert.Null(response);
        Assert.Equal(0, headLength);
        for (var length = 0; length < bytes.Length; length++)
        {
            var status = Parse(bytes.AsSpan(0, length), out _, out _, out var early);
            Assert.True(status == UpgradeStatus.NeedMoreData || (status == UpgradeStatus.Invalid && early == error), $"{status} {early} at {length}");
        }
    }

    [Fact]
    public void Reads_a_refusal_with_its_headers()
    {
        const string head = "HTTP/1.1 403 Forbidden  \r\nCf-Access-Error: policy_denied\r\nContent-Length: 12\r\nx: 1\r\nX: 2\r\n\r\n";
        Assert.Equal(UpgradeStatus.Refused, Parse(Encoding.Latin1.GetBytes(head + "{}"), out var response, out var headLength, out _));
        Assert.Equal(head.Length, headLength);
        Assert.Equal((403, "Forbidden", 12L), (response!.StatusCode, response.ReasonPhrase, response.ContentLength));
        Assert.Equal("policy_denied", response.Header("cf-access-error"));
        Assert.Equal("1", response.Header("X"));
        Assert.Null(response.Header("y"));
        Assert.Equal(4, response.Headers.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null)]
    [InlineData("HTTP/1.0 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", 0L)]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 5L)]
    [InlineData("HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", null)]
    public void Knows_the_length_of_a_refusals_body(string head, long? expected)
    {
        Assert.Equal(UpgradeStatus.Refused, Parse(Encoding.Latin1.GetBytes(head), out var response, out _, out _));
        Assert.Equal(expected, response!.ContentLength);
    }

    [Fact]
    public void A_reason_phrase_is_printable() =>
        Assert.Equal(
            "caf? ?2J",
            Parse(Encoding.Latin1.GetBytes("HTTP/1.1 500 caf\u00e9 \u009b2J\r\n\r\n"), out var response, out _, out _) == UpgradeStatus.Refused
                ? response!.ReasonPhrase
                : null);

    [Fact]
    public void The_selected_subprotocol_must_have_been_offered()
    {
        var bytes = Encoding.Latin1.GetBytes(Good + "Sec-WebSocket-Protocol: one\r\n\r\n");
        Assert.Equal(UpgradeStatus.Accepted, UpgradeResponse.TryParse(bytes, Key, "one", out var response, out _, out _));
        Assert.Equal("one", response!.SubProtocol);
        Assert.Equal(UpgradeStatus.Invalid, UpgradeResponse.TryParse(bytes, Key, null, out _, out _, out _));
        Assert.Equal(UpgradeStatus.Invalid, UpgradeResponse.TryParse(bytes, Key, "one.more", out _, out _, out _));
    }

    [Fact]
    public void The_head_is_bounded()
    {
        var filler = new string('a', UpgradeResponse.MaxHeadLength - Good.Length - "X: \r\n\r\n".Length);
        Assert.Equal(UpgradeStatus.Accepted, Parse(Encoding.Latin1.GetBytes($"{Good}X: {filler}\r\n\r\n"), out _, out _, out _));
        var tooLong = Encoding.Latin1.GetBytes($"{Good}X: {filler}a\r\n\r\n");
        Assert.Equal(UpgradeStatus.NeedMoreData, Parse(tooLong.AsSpan(0, UpgradeResponse.MaxHeadLength - 1), out _, out _, out _));
        Assert.Equal(UpgradeStatus.Invalid, Parse(tooLong, out _, out _, out var error));
        Assert.Equal("the head is longer than 16 KiB", error);
    }

    [Fact]
    public void Endless_interim_answers_are_bounded()
    {
        var interim = string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000));
        Assert.Equal(UpgradeStatus.Invalid, Parse(Encoding.Latin1.GetBytes(interim), out _, out _, out var error));
        Assert.Equal("the head is longer than 16 KiB", error);
    }

    [Theory]
    [InlineData(97, UpgradeStatus.Accepted)]
    [InlineData(98, UpgradeStatus.Invalid)]
    public void The_number_of_headers_is_bounded(int extra, UpgradeStatus expected) =>
        Assert.Equal(expected, Parse(Encoding.Latin1.GetBytes(Good + string.Concat(Enumerable.Repeat("a: b\r\n", extra)) + "\r\n"), out _, out _, out _));

    private static UpgradeStatus Parse(ReadOnlySpan<byte> bytes, out UpgradeResponse? response, out int headLength, out string? error) =>
        UpgradeResponse.TryParse(bytes, Key, "one, two", out response, out headLength, out error);
}
