using System.Runtime.InteropServices;
using FastProxy.Client.Native;

namespace FastProxy.Client.Agent;

/// <summary>
/// Waits, on a thread of its own, for what a bastion says at the end of a session. A bastion that is gone closes the descriptor as well, and
/// one that lives says something about every session, so the wait needs no limit of its own.
/// </summary>
public sealed class OutcomeReader
{
    private readonly TaskCompletionSource<AgentOutcome?> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _descriptor;

    private OutcomeReader(int descriptor) => _descriptor = descriptor;

    /// <summary>What the bastion said; null where it is gone without a word that can be read.</summary>
    public Task<AgentOutcome?> Said => _said.Task;

    /// <summary>Begins to wait.</summary>
    /// <param name="descriptor">The reading end of a pipe; the reader's from here on.</param>
    public static OutcomeReader Start(int descriptor)
    {
        var reader = new OutcomeReader(descriptor);
        new Thread(reader.Work, maxStackSize: 256 * 1024) { IsBackground = true, Name = "outcome" }.Start();
        return reader;
    }

    private void Work()
    {
        Span<byte> line = stackalloc byte[AgentOutcome.MaxLength];
        var length = 0;
        while (length < line.Length && Receive(line[length..]) is var count and > 0)
        {
            length += count;
        }

        _ = LibC.Close(_descriptor);
        _said.SetResult(AgentOutcome.Parse(line[..length]));
    }

    /// <summary>Reads what is there, at least one byte; 0 at the end, below zero when it failed.</summary>
    private unsafe int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = LibC.Read(_descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case LibC.Interrupted:
                        continue;
                    case LibC.TryAgain:
                        // It does not block where the bastion made it so.
                        var wait = new PollDescriptor { Descriptor = _descriptor, Events = LibC.PollIn };
                        _ = LibC.Poll(ref wait, 1, -1);
                        continue;
                    default:
                        return -1;
                }
            }
        }
    }
}
