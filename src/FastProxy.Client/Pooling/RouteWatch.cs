using System.Net.NetworkInformation;

namespace FastProxy.Client.Pooling;

/// <summary>Tells when the machine's addresses or routes have changed. On Linux the runtime hears of both from the kernel's routing socket.</summary>
internal sealed class RouteWatch : IDisposable
{
    private readonly Action _changed;

    private RouteWatch(Action changed) => _changed = changed;

    /// <summary>Calls <paramref name="changed"/> after every change until the result is disposed.</summary>
    public static RouteWatch Subscribe(Action changed)
    {
        var watch = new RouteWatch(changed);
        NetworkChange.NetworkAddressChanged += watch.OnAddressChanged;

        // What the runtime calls availability is any change of the main routing table.
        NetworkChange.NetworkAvailabilityChanged += watch.OnAvailabilityChanged;
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
