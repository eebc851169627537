using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Binary;

/// <summary>A root directory with the binary, the three devices a container has for it, and nothing else. Needs root.</summary>
internal sealed class EmptyRoot : IDisposable
{
    private static readonly (string Name, string Minor)[] s_devices = [("null", "3"), ("zero", "5"), ("urandom", "9")];

    private readonly TempDirectory _root = new();

    /// <summary>The directory's path as seen from outside.</summary>
    public string Path => _root.Path;

    /// <summary>The path, as seen from outside, of something within.</summary>
    public string this[string name] => _root[name];

    /// <summary>Runs the binary with this directory as its root.</summary>
    public async Task<ProgramResult> RunAsync(IEnumerable<string> arguments, TimeSpan? timeout = null)
    {
        await PrepareAsync();
        return await RunningProgram.RunAsync("chroot", [_root.Path, "/fastproxy", .. arguments], timeout: timeout);
    }

    /// <summary>Starts the binary with this directory as its root.</summary>
    public async Task<RunningProgram> StartAsync(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>>? environment = null)
    {
        await PrepareAsync();
        return RunningProgram.Start("chroot", [_root.Path, "/fastproxy", .. arguments], environment);
    }

    /// <summary>Makes a certificate authority and a server certificate within.</summary>
    public TestCertificates CreateCertificates() => TestCertificates.Create(_root);

    /// <summary>Writes a file within.</summary>
    public void Write(string name, string content) => _root.Write(name, content);

    /// <inheritdoc />
    public void Dispose() => _root.Dispose();

    private async Task PrepareAsync()
    {
        if (!Directory.Exists(_root["dev"]))
        {
            _root.Sub("dev");
            File.Copy(PublishedBinary.Path, _root["fastproxy"]);
            foreach (var (name, minor) in s_devices)
            {
                (await RunningProgram.RunAsync("mknod", ["-m", "666", _root["dev/" + name], "c", "1", minor])).MustSucceed();
            }
        }
    }
}
