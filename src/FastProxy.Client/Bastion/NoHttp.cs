using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Client.Bastion;

/// <summary>Kestrel asks for an application and a container; no connection of the bastion ever reaches HTTP.</summary>
internal sealed class NoHttp : IHttpApplication<object>, IServiceProvider
{
    public static NoHttp Instance { get; } = new();

    public object CreateContext(IFeatureCollection contextFeatures) => this;

    public void DisposeContext(object context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(object context) => Task.CompletedTask;

    public object? GetService(Type serviceType) => null;
}
