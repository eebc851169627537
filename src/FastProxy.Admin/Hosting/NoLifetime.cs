using Microsoft.Extensions.Hosting;

namespace FastProxy.Admin.Hosting;

/// <summary>Leaves signals alone: the process decides when this server stops.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
