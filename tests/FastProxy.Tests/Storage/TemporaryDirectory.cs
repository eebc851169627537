namespace FastProxy.Tests.Storage;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory()
    {
        Root = Directory.CreateTempSubdirectory("fastproxy-test-").FullName;
        Data = Path.Combine(Root, "data");
    }

    public string Root { get; }

    /// <summary>Does not exist at first.</summary>
    public string Data { get; }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
