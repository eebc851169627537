using BenchmarkDotNet.Attributes;
using FastProxy.WebSockets;

namespace FastProxy.Benchmarks;

/// <summary>The codec: what a frame costs beside its bytes.</summary>
public class FrameBenchmarks
{
    /// <summary>One batch, as our own peer sends it.</summary>
    private const int Batch = 256 * 1024;

    private const uint Key = 0x9A3C_51E7;

    private readonly byte[] _header = new byte[FrameHeader.MaxLength];
    private readonly byte[] _payload = new byte[Batch];
    private readonly FrameReader _reader = new(PeerRole.Client);
    private byte[] _oneFrame = [];
    private byte[] _stockFrames = [];

    /// <summary>A batch in one frame, and the same in the 4 KiB frames of a stock client, all with the zero key, so that reading leaves them as they are.</summary>
    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_payload);
        _oneFrame = Frames(Batch);
        _stockFrames = Frames(4096);
    }

    [Benchmark]
    public int WriteHeader() => FrameHeader.Write(_header, Opcode.Binary, fin: true, Batch, masked: true, Key);

    [Benchmark]
    public uint Mask256KiB() => Mask.Apply(_payload, Key);

    [Benchmark]
    public int ReadOneFrameOf256KiB() => Read(_oneFrame);

    [Benchmark]
    public int Read64FramesOf4KiB() => Read(_stockFrames);

    private int Read(byte[] bytes)
    {
        var payload = 0;
        for (var offset = 0; offset < bytes.Length;)
        {
            var read = _reader.Read(bytes.AsSpan(offset));
            offset += read.Consumed;
            payload += read.PayloadLength;
        }

        return payload;
    }

    private byte[] Frames(int length)
    {
        using var frames = new MemoryStream();
        for (var offset = 0; offset < Batch; offset += length)
        {
            frames.Write(_header, 0, FrameHeader.Write(_header, Opcode.Binary, fin: true, length, masked: true, maskKey: 0));
            frames.Write(_payload, offset, length);
        }

        return frames.ToArray();
    }
}
