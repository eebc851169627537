using System.IO.Pipelines;

namespace FastProxy.Transport.Listening;

/// <summary>The pipe pair over a stream that Kestrel's HTTP layer parses requests from and writes answers to.</summary>
internal sealed class SocketDuplexPipe : IDuplexPipe
{
    // A zero-byte read before renting: a connection that waits for its next request holds no buffer.
    private static readonly StreamPipeReaderOptions s_reader = new(bufferSize: 4096, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true);
    private static readonly StreamPipeWriterOptions s_writer = new(leaveOpen: true);

    public SocketDuplexPipe(Stream stream)
    {
        Input = PipeReader.Create(stream, s_reader);
        Output = PipeWriter.Create(stream, s_writer);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }
}
