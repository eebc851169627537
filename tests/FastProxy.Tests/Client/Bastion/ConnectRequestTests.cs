using System.Text;
using FastProxy.Client.Bastion;

namespace FastProxy.Tests.Client.Bastion;

public sealed class ConnectRequestTests
{
    [Theory]
    [InlineData("CONNECT gitlab.example.com:22 HTTP/1.1\r\n\r\n", "gitlab.example.com", null)]
    [InlineData("CONNECT GitLab.Example.COM. HTTP/1.1\r\nHost: x\r\n\r\n", "gitlab.example.com", null)]
    [InlineData("CONNECT a:22 HTTP/1.0\r\n\r\n", "a", null)]
    [InlineData("CONNECT a.:65535 HTTP/1.1\r\ncf-access-jump-destination:  10.0.0.5:22 \r\nContent-Length: 0\r\n\r\n", "a", "10.0.0.5:22")]
    public void Reads_what_is_asked_for(string head, string host, string? destination)
    {
        var bytes = Encoding.ASCII.GetBytes(head + "behind");
        Assert.True(ConnectRequest.TryParse(bytes, out var request, out var length, out var error), error);
        Assert.Equal(new ConnectRequest(host, destination), request);
        Assert.Equal(head.Length, length);

        // Whatever was received so far, it is either not complete or the same.
        for (var split = 0; split < head.Length; split++)
        {
            Assert.False(ConnectRequest.TryParse(bytes.AsSpan(0, split), out _, out _, out error));
            Assert.Null(error);
        }
    }

    [Theory]
    [InlineData("FastProxy-Outcome: descriptor\r\n", true)]
    [InlineData("fastproxy-outcome:descriptor\r\nfastproxy-outcome: later\r\n", true)]
    [InlineData("FastProxy-Outcome: later\r\n", false)]
    [InlineData("FastProxy-Outcome: Descriptor\r\n", false)]
    [InlineData("FastProxy-Outcome:\r\n", false)]
    [InlineData("", false)]
    public void An_outcome_is_for_those_who_ask_for_it_in_words_that_it_knows(string header, bool wanted)
    {
        Assert.True(ConnectRequest.TryParse(Encoding.ASCII.GetBytes($"CONNECT a HTTP/1.1\r\n{header}\r\n"), out var request, out _, out _));
        Assert.Equal(new ConnectRequest("a", null, wanted), request);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("connect a:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/2.0\r\n\r\n")]
    [InlineData("CONNECT a:22\r\n\r\n")]
    [InlineData("CONNECT  a:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:22  HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a: HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:2x HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:123456 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT :22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a..b:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a/../b:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT http://a:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a@b:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT *.example.com:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT [::1]:22 HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nno header\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nName : value\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nName: value\r\n folded\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nName: one\ntwo: three\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nName: \0\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nCf-Access-Jump-Destination: a:1\r\nCf-Access-Jump-Destination: a:1\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nCf-Access-Jump-Destination:\r\n\r\n")]
    [InlineData("CONNECT a:22 HTTP/1.1\r\nCf-Access-Jump-Destination: a b\r\n\r\n")]
    public void Refuses_what_could_be_read_in_two_ways(string head)
    {
        Assert.False(ConnectRequest.TryParse(Encoding.Latin1.GetBytes(head), out var request, out _, out var error));
        Assert.Null(request);
        Assert.NotNull(error);
    }

    [Fact]
    public void A_head_of_8_KiB_passes_and_one_byte_more_does_not()
    {
        Assert.True(ConnectRequest.TryParse(Head(ConnectRequest.MaxHeadLength), out _, out var length, out _));
        Assert.Equal(ConnectRequest.MaxHeadLength, length);
        Assert.False(ConnectRequest.TryParse(Head(ConnectRequest.MaxHeadLength + 1), out _, out _, out var error));
        Assert.Contains("8 KiB", error, StringComparison.Ordinal);

        static byte[] Head(int length)
        {
            const string Start = "CONNECT a HTTP/1.1\r\nPad: ";
            return Encoding.ASCII.GetBytes(Start + new string('x', length - Start.Length - 4) + "\r\n\r\n");
        }
    }

    [Fact]
    public void Mutated_heads_never_throw_and_never_read_past_their_end()
    {
        var random = new Random(20261122);
        var seed = Encoding.ASCII.GetBytes("CONNECT gitlab.example.com:22 HTTP/1.1\r\nHost: gitlab\r\nCf-Access-Jump-Destination: a:1\r\n\r\nSSH-2.0");
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? "\r\n :.\t"u8[random.Next(6)] : (byte)random.Next(256);
            }

            var some = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            if (ConnectRequest.TryParse(some, out var request, out var length, out var error))
            {
                Assert.InRange(length, 1, some.Length);
                Assert.Matches("^[a-z0-9_-]+(\\.[a-z0-9_-]+)*$", request!.Host);
                Assert.Null(error);
            }
            else
            {
                Assert.Null(request);
            }
        }
    }
}
