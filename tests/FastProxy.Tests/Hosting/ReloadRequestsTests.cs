using FastProxy.Configuration;
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
        requests.Watch(Stamps(file));
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
        var read = Stamps(file, secret);
        var request = requests.WaitAsync(stop.Token);

        // Between the moment in which it was read and that in which it is watched.
        File.WriteAllText(secret, "another");
        requests.Watch(read);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await request);

        requests.Watch(Stamps(file));
        request = requests.WaitAsync(stop.Token);
        File.WriteAllText(secret, "a third one");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(request.IsCompleted);
        File.WriteAllText(file, "another");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await request);
    }

    [Fact]
    public async Task A_file_that_was_not_there_is_a_reason_when_it_comes_and_one_that_goes_is_none()
    {
        using var directory = new TemporaryDirectory();
        var secret = Path.Combine(directory.Root, "not", "yet", "secret");
        var time = new ManualTime();
        using var requests = new ReloadRequests(time);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        requests.Watch(Stamps(secret));
        var request = requests.WaitAsync(stop.Token);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(request.IsCompleted);

        Directory.CreateDirectory(Path.GetDirectoryName(secret)!);
        File.WriteAllText(secret, "here");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await request);

        request = requests.WaitAsync(stop.Token);
        File.Delete(secret);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(request.IsCompleted);
    }

    [Fact]
    public async Task A_file_system_that_does_not_answer_keeps_one_look_and_no_other_file()
    {
        using var answers = new ManualResetEventSlim();
        var asked = new Signal();
        var length = 1L;
        var time = new ManualTime();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var requests = new ReloadRequests(time, path =>
        {
            if (path == "dead")
            {
                asked.Raise();
                answers.Wait(stop.Token);
            }

            return new FileStamp(default, Volatile.Read(ref length));
        });
        requests.Watch(new Dictionary<string, FileStamp> { ["dead"] = new(default, 1), ["alive"] = new(default, 1) });
        var first = Task.Run(() => time.Advance(TimeSpan.FromSeconds(1)));
        await asked.WaitAsync(1, stop.Token);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((1, false), (asked.Count, first.IsCompleted));

        var request = requests.WaitAsync(stop.Token);
        Volatile.Write(ref length, 2);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await request);

        request = requests.WaitAsync(stop.Token);
        answers.Set();
        await first;
        Assert.True(await request);
    }

    private static Dictionary<string, FileStamp> Stamps(params string[] files) => files.ToDictionary(file => file, FileStamp.Of);
}
