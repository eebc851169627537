using FastProxy.Hosting;
using FastProxy.Testing;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Hosting;

public sealed class ReloadRequestsTests
{
    [Fact]
    public async Task A_file_behind_links_is_another_one_when_a_link_on_the_way_is()
    {
        // As a mounted configuration volume does it: the file's link stays, and a link to the directory of a version is replaced.
        using var directory = new TemporaryDirectory();
        foreach (var version in (string[])["one", "two"])
        {
            Directory.CreateDirectory(Path.Combine(directory.Root, version));
            File.WriteAllText(Path.Combine(directory.Root, version, "file.yaml"), version);
            File.SetLastWriteTimeUtc(Path.Combine(directory.Root, version, "file.yaml"), new DateTime(2030, 1, version.Length, 0, 0, version == "one" ? 1 : 2, DateTimeKind.Utc));
        }

        var now = Path.Combine(directory.Root, "now");
        var file = Path.Combine(directory.Root, "file.yaml");
        File.CreateSymbolicLink(now, "one");
        File.CreateSymbolicLink(file, Path.Combine("now", "file.yaml"));
        var time = new ManualTime();
        using var requests = new ReloadRequests(time);
        requests.Watch([file]);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var request = requests.WaitAsync(stop.Token);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(request.IsCompleted);
        File.Delete(now);
        File.CreateSymbolicLink(now, "two");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await request);
    }

    [Fact]
    public async Task Any_of_the_files_is_a_reason_and_one_that_is_named_no_more_is_none()
    {
        using var directory = new TemporaryDirectory();
        var (file, secret) = (Path.Combine(directory.Root, "file.yaml"), Path.Combine(directory.Root, "secret"));
        File.WriteAllText(file, "one");
        File.WriteAllText(secret, "one");
        var time = new ManualTime();
        using var requests = new ReloadRequests(time);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        requests.Watch([file, secret]);
        var request = requests.WaitAsync(stop.Token);

        File.WriteAllText(secret, "another");
        requests.Watch([file, secret]);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await request);

        requests.Watch([file]);
        request = requests.WaitAsync(stop.Token);
        File.WriteAllText(secret, "a third one");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(request.IsCompleted);
        File.WriteAllText(file, "another");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await request);
    }
}
