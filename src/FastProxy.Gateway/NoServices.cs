namespace FastProxy.Gateway;

/// <summary>Kestrel asks for a container even where nothing is resolved from it.</summary>
internal sealed class NoServices : IServiceProvider
{
    public static NoServices Instance { get; } = new();

    public object? GetService(Type serviceType) => null;
}
