using FastProxy.Gateway.Tls;
using FastProxy.Testing;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Gateway.Tls;

/// <summary>What becomes of a certificate when its files change.</summary>
public sealed class ServerCertificatesTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly LineLog _log = new();
    private readonly CertificateFile _file;
    private readonly DateTimeOffset _start;

    public ServerCertificatesTests()
    {
        _file = new CertificateFile(_directory.Root);
        _start = _time.GetUtcNow();
        _file.Write(_start.AddDays(-1), _start.AddDays(90));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_renewal_is_served_from_the_next_look_on()
    {
        var certificates = ServerCertificates.Load([_file.Options], _time, _log);
        _file.Write(_start.AddDays(-1), _start.AddDays(180));
        Assert.Equal(_start.AddDays(90), Until(certificates));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(_start.AddDays(180), Until(certificates));
        Assert.Contains("it is valid until 2030-06-30T00:00:00Z.", await _log.ReadAsync("CertificateReloaded"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_does_not_take_the_place_of_a_good_one()
    {
        var certificates = ServerCertificates.Load([_file.Options], _time, _log);
        _file.Write(_start.AddDays(-90), _start.AddDays(-1));
        for (var look = 0; look < 5; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(_start.AddDays(90), Until(certificates));
        }

        var line = await _log.ReadAsync("CertificateReloadFailed");
        Assert.StartsWith("Warning ", line, StringComparison.Ordinal);
        Assert.Contains("it has expired, on 2029-12-31T00:00:00Z: clients refuse it", line, StringComparison.Ordinal);
        Assert.Equal(0, _log.Count("CertificateReloadFailed"));

        // Once the good one has ended too, the one that stands in the file is as good as it.
        _time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(_start.AddDays(-1), Until(certificates));
    }

    [Fact]
    public async Task What_cannot_be_used_is_told_once_and_tried_until_it_can()
    {
        var certificates = ServerCertificates.Load([_file.Options], _time, _log);
        _file.Spoil();
        for (var look = 0; look < 5; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(_start.AddDays(90), Until(certificates));
        }

        await _log.ReadAsync("CertificateReloadFailed");
        Assert.Equal(0, _log.Count("CertificateReloadFailed"));
        _file.Write(_start.AddDays(-1), _start.AddDays(180));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(_start.AddDays(180), Until(certificates));
    }

    [Fact]
    public void A_reload_waits_for_no_look()
    {
        var certificates = ServerCertificates.Load([_file.Options], _time, _log);
        _file.Write(_start.AddDays(-1), _start.AddDays(180));
        certificates.Reload();
        Assert.Equal(_start.AddDays(180), Until(certificates));
        Assert.Equal(1, _log.Count("CertificateReloaded"));
    }

    [Fact]
    public async Task Files_that_do_not_answer_keep_one_handshake_and_no_other_certificate()
    {
        var other = new CertificateFile(Directory.CreateDirectory(Path.Combine(_directory.Root, "other")).FullName);
        other.Write(_start.AddDays(-1), _start.AddDays(90));
        var certificates = ServerCertificates.Load([_file.Options, other.Options], _time, _log);
        NamedPipe.Replace(_file.Options.CertificateFile);
        _time.Advance(TimeSpan.FromSeconds(1));
        var stuck = Task.Run(() => certificates.Select("a.example.com"));
        await using (await NamedPipe.ReadAsync(_file.Options.CertificateFile))
        {
            other.Write(_start.AddDays(-1), _start.AddDays(180));
            _time.Advance(TimeSpan.FromSeconds(1));
            var validities = await Task.Run(() => certificates.Validities).WaitAsync(s_patience);
            Assert.Equal([_start.AddDays(90), _start.AddDays(180)], validities.Select(validity => validity.NotAfter));
            Assert.False(stuck.IsCompleted);
        }

        // It was empty, so the one before stays in force.
        await stuck.WaitAsync(s_patience);
        Assert.Equal(_start.AddDays(90), certificates.Validities[0].NotAfter);
    }

    private static DateTimeOffset Until(ServerCertificates certificates) => Assert.Single(certificates.Validities).NotAfter;
}
