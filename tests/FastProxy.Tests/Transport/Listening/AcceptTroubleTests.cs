using System.Net;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Listening;

namespace FastProxy.Tests.Transport.Listening;

/// <summary>What is heard of a listener that cannot accept, ten times a second.</summary>
public sealed class AcceptTroubleTests
{
    private const string Failed = "AcceptFailed";
    private const string Accepts = "AcceptsAgain";

    private readonly ManualTime _time = new();
    private readonly LineLog _log = new();
    private readonly AcceptTroubles _troubles = new();

    [Fact]
    public async Task It_is_told_at_once_then_as_a_number_and_when_it_is_over()
    {
        using var trouble = Trouble(22);
        for (var i = 0; i < 1000; i++)
        {
            trouble.Tell("no memory");
        }

        Assert.Equal("Warning Accepting on 127.0.0.1:22 failed: no memory. Trying again (0 more failures since the last line).", await _log.ReadAsync(Failed));
        Assert.Equal(0, _log.Count(Failed));
        Assert.Equal("127.0.0.1:22 accepts no connection: no memory", _troubles.Any);
        _time.Advance(AcceptTrouble.Quiet);
        trouble.Tell("no memory");
        Assert.EndsWith(" (999 more failures since the last line).", await _log.ReadAsync(Failed), StringComparison.Ordinal);

        trouble.End();
        trouble.End();
        Assert.Null(_troubles.Any);
        Assert.Equal("Information 127.0.0.1:22 accepts connections again.", await _log.ReadAsync(Accepts));
        Assert.Equal(0, _log.Count(Accepts));
    }

    [Fact]
    public void One_that_comes_and_goes_does_not_fill_the_log_and_is_in_trouble_as_long_as_it_is()
    {
        using var trouble = Trouble(22);
        for (var i = 0; i < 1000; i++)
        {
            trouble.Tell("no memory");
            Assert.NotNull(_troubles.Any);
            trouble.End();
            Assert.Null(_troubles.Any);
        }

        Assert.Equal((1, 1), (_log.Count(Failed), _log.Count(Accepts)));
    }

    [Fact]
    public void What_is_unbound_is_in_no_trouble_and_hides_no_other()
    {
        using var other = Trouble(23);
        using (var trouble = Trouble(22))
        {
            trouble.Tell("no memory");
            other.Tell("no memory");
            trouble.Dispose();
            trouble.Tell("no memory");
        }

        Assert.Equal("127.0.0.1:23 accepts no connection: no memory", _troubles.Any);
    }

    private AcceptTrouble Trouble(int port) => new(new IPEndPoint(IPAddress.Loopback, port), _troubles, _log, _time);
}
