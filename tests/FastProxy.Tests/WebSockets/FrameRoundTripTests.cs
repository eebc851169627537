using FastProxy.WebSockets;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.WebSockets;

public sealed class FrameRoundTripTests
{
    [Fact]
    public void Every_conversation_survives_every_chunking()
    {
        var lengths = Gen.OneOf(Gen.Choose(0, 140), Gen.Elements(0, 125, 126, 127, 65535, 65536, 65537), Gen.Choose(0, 70_000));
        var step = from kind in Gen.Choose(0, 9)
                   from length in lengths
                   from key in Gen.OneOf(Gen.Constant(0), Gen.Choose(int.MinValue, int.MaxValue))
                   select (Kind: kind, Length: length, Key: unchecked((uint)key));
        var conversation = from peer in Gen.Elements(PeerRole.Client, PeerRole.Server)
                           from steps in step.ListOf()
                           from chunks in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1, 9000)).NonEmptyListOf()
                           select (peer, steps, chunks);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(150),
            Prop.ForAll(conversation.ToArbitrary(), one => RoundTrips(one.peer, one.steps, [.. one.chunks])));
    }

    /// <summary>Kinds 0–1 are control frames, 2–4 unfinished data frames, the others finished ones.</summary>
    private static bool RoundTrips(PeerRole peer, IEnumerable<(int Kind, int Length, uint Key)> steps, int[] chunks)
    {
        var bytes = new MemoryStream();
        var expected = new List<string>();
        Opcode? message = null;
        foreach (var (kind, length, key) in steps)
        {
            var control = kind <= 1;
            var payload = Frames.Pattern(control ? Math.Min(length, 125) : length);
            var fin = control || kind > 4;
            Opcode opcode;
            if (control)
            {
                opcode = kind == 0 ? Opcode.Ping : Opcode.Pong;
                expected.Add($"{opcode} {Convert.ToHexString(payload)}");
            }
            else
            {
                opcode = message is null ? (length % 2 == 0 ? Opcode.Text : Opcode.Binary) : Opcode.Continuation;
                message ??= opcode;
                expected.Add($"{message} {Convert.ToHexString(payload)}{(fin ? " end" : "")}");
                message = fin ? null : message;
            }

            bytes.Write(Frames.Make(opcode, payload, fin, peer == PeerRole.Client, key));
        }

        var trace = FrameTrace.Read(peer, bytes.ToArray(), chunks);
        return trace.Lines.SequenceEqual(expected) && trace.Reader.AtFrameBoundary && trace.Reader.AtMessageBoundary == message is null;
    }
}
