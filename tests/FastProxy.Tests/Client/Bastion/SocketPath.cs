namespace FastProxy.Tests.Client.Bastion;

/// <summary>A path for a unix socket in a directory of its own, short enough to be one.</summary>
internal sealed class SocketPath : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fp-");

    public string Value => Path.Combine(_directory.FullName, "s");

    public void Dispose() => _directory.Delete(recursive: true);
}
