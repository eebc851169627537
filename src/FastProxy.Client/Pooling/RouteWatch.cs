using System.Net.NetworkInformation;

namespace FastProxy.Client.Pooling;

/// <summary>Tells when the machine's addresses or routes have changed. On Linux the runtime hears of both from the kernel's routing socket.</summary>
internal sealed class RouteWatch : IDisposable
{
    private readonly Action _changed;

    private RouteWatch(Action changed) => _changed = changed;

    /// <summary>Calls <paramref name="changed"/> after every change until the result is disposed.</summary>
    /// <param name="changed">What to call.</param>
    /// <param name="problem">Null, or why nothing can be heard: a sandbox may forbid the routing socket (AF_NETLINK). The result then never calls.</param>
    public static RouteWatch Subscribe(Action changed, out NetworkInformationException? problem)
    {
        var watch = new RouteWatch(changed);
        problem = null;
        try
        {
            NetworkChange.NetworkAddressChanged += watch.OnAddressChanged;

            // What the runtime calls availability is any change of the main routing table.
            NetworkChange.NetworkAvailabilityChanged += watch.OnAvailabilityChanged;
        }
        catch (NetworkInformationException exception)
        {
            problem = exception;
        }

        return watch;
    }

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        NetworkChange.NetworkAvailabilityChanged -= OnAvailabilityChanged;
    }

    private void OnAddressChanged(object? sender, EventArgs e) => _changed();

    private void OnAvailabilityChanged(object? sender, NetworkAvailabilityEventArgs e) => _changed();
}
