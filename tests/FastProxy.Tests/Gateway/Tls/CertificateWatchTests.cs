using FastProxy.Gateway.Tls;
using FastProxy.Testing;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Gateway.Tls;

/// <summary>Who is told that a certificate ends, and how often.</summary>
public sealed class CertificateWatchTests
{
    private const string Event = "CertificateExpires";
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly ManualTime _time = new();
    private readonly LineLog _log = new();

    [Fact]
    public async Task From_30_days_before_its_end_on_there_is_a_line_a_day_and_one_at_the_end()
    {
        using var directory = new TemporaryDirectory();
        var (file, start) = (new CertificateFile(directory.Root), _time.GetUtcNow());
        file.Write(start.AddDays(-300), start.AddDays(31).AddHours(12));
        await using var watch = new CertificateWatch([ServerCertificates.Load([file.Options], _time, _log)], _time, _log);
        _time.Advance(s_day);
        Assert.Equal(0, _log.Count(Event));
        _time.Advance(s_day);
        Assert.Contains("tls.pem expires on 2030-02-01T12:00:00Z, in 30 days.", await _log.ReadAsync(Event), StringComparison.Ordinal);
        _time.Advance(29 * s_day);
        Assert.Equal(29, _log.Count(Event));
        _time.Advance(s_day);
        Assert.Equal(30, _log.Count(Event));
        Assert.Contains("tls.pem has expired, on 2030-02-01T12:00:00Z: clients refuse it.", _log.ToString().Split('\n')[^1], StringComparison.Ordinal);

        // What was told is over with a renewal.
        file.Write(_time.GetUtcNow(), _time.GetUtcNow().AddDays(90));
        _time.Advance(2 * s_day);
        Assert.Equal(30, _log.Count(Event));
    }

    [Fact]
    public async Task What_has_expired_is_told_at_the_start()
    {
        using var directory = new TemporaryDirectory();
        var file = new CertificateFile(directory.Root);
        file.Write(_time.GetUtcNow().AddDays(-90), _time.GetUtcNow().AddDays(-1));
        await using var watch = new CertificateWatch([ServerCertificates.Load([file.Options], _time, _log)], _time, _log);
        Assert.StartsWith("Warning Certificate ", await _log.ReadAsync(Event), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_does_not_answer_keeps_nobody_from_hearing_of_another()
    {
        using var directory = new TemporaryDirectory();
        var (dead, other) = (new CertificateFile(directory.Root), new CertificateFile(Directory.CreateDirectory(Path.Combine(directory.Root, "other")).FullName));
        dead.Write(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(90));
        other.Write(_time.GetUtcNow().AddDays(-90), _time.GetUtcNow().AddMinutes(90));
        await using var watch = new CertificateWatch(
            [ServerCertificates.Load([dead.Options], _time, _log), ServerCertificates.Load([other.Options], _time, _log)], _time, _log);
        Assert.Contains("tls.pem expires on ", await _log.ReadAsync(Event), StringComparison.Ordinal);
        NamedPipe.Replace(dead.Options.CertificateFile);
        var stuck = Task.Run(() => _time.Advance(TimeSpan.FromMinutes(1)));
        await using (await NamedPipe.ReadAsync(dead.Options.CertificateFile))
        {
            await Task.Run(() => _time.Advance(TimeSpan.FromHours(2))).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Contains("tls.pem has expired, ", await _log.ReadAsync(Event), StringComparison.Ordinal);
            Assert.False(stuck.IsCompleted);
        }

        await stuck.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(-1, 6, null)]
    [InlineData(-5, 1.5, "expires on 2030-01-02T12:00:00Z, in 36.0 hours")]
    [InlineData(-5, 0.25, "expires on 2030-01-01T06:00:00Z, in 6.0 hours")]
    [InlineData(-60, 30, "expires on 2030-01-31T00:00:00Z, in 30 days")]
    [InlineData(-60, 31, null)]
    [InlineData(1, 90, "is not valid before 2030-01-02T00:00:00Z: clients refuse it")]
    [InlineData(-90, 0, "has expired, on 2030-01-01T00:00:00Z: clients refuse it")]
    public void One_of_a_short_life_is_not_always_about_to_end(double from, double until, string? concern)
    {
        var now = _time.GetUtcNow();
        Assert.Equal(concern, new CertificateValidity("tls.pem", now.AddDays(from), now.AddDays(until)).ConcernAt(now));
    }
}
