using FsCheck;
using FsCheck.Fluent;
using Property = FastProxy.Tests.Access.Property;

namespace FastProxy.Tests.Transport.Streams;

/// <summary>
/// Whatever sessions follow one another on a stream, and however they end: their ids rise by one, each gets its own bytes and no other's, each
/// ends as it was ended, and the stream takes the next one.
/// </summary>
public sealed class StreamPropertyTests
{
    private static readonly int s_cases = Environment.GetEnvironmentVariable("FASTPROXY_LONG") == "1" ? 5_000 : 100;

    private static readonly Gen<int> s_length = Gen.Frequency(
        (3, Gen.Choose(0, 100)),
        (3, Gen.Choose(0, 70_000)),
        (1, Gen.Choose(0, 2_000_000)));

    private static readonly Gen<SessionEnding> s_ending = Gen.Frequency(
        (5, Gen.Constant(SessionEnding.Orderly)),
        (3, Gen.Constant(SessionEnding.ApplicationResets)),
        (3, Gen.Constant(SessionEnding.OriginResets)),
        (2, Gen.Constant(SessionEnding.Revoked)),
        (2, Gen.Constant(SessionEnding.Refused)),
        (3, Gen.Constant(SessionEnding.ResetBeforeAnswer)),
        (1, Gen.Constant(SessionEnding.Drained)));

    private static readonly Gen<SessionScript> s_session =
        from ending in s_ending
        from up in s_length
        from down in s_length
        from ahead in Gen.Elements(0, 0, 1, 1_000, 65_536)
        from turns in Gen.Choose(0, 50)
        from watched in Gen.Elements(false, true)
        select new SessionScript(ending, up, down, ahead, turns, watched);

    private static readonly Gen<SessionScript[]> s_script =
        from count in Gen.Choose(1, 12)
        from sessions in s_session.ArrayOf(count)
        select sessions;

    [Fact]
    public void No_byte_of_one_session_is_seen_by_another() => Check.One(
        Property.Config.WithMaxTest(s_cases), Prop.ForAll(s_script.ToArbitrary(), Play));

    private static bool Play(SessionScript[] sessions)
    {
#pragma warning disable VSTHRD002 // A property is checked on the spot; the thread has nothing else to do, and no context to come back to.
        var fault = Task.Run(() => StreamScript.PlayAsync(sessions)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        Assert.True(fault.Length == 0, fault);
        return true;
    }
}
