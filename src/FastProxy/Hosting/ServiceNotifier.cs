using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FastProxy.Hosting;

/// <summary>
/// Tells systemd how the service is (sd_notify(3)): ready, reloading, stopping, and alive where it asked for that. Without systemd it says
/// nothing to nobody. What cannot be told is no reason to fail.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;
    private readonly TimeProvider _time;
    private readonly ITimer? _watchdog;

    /// <summary>Reads <c>NOTIFY_SOCKET</c> and <c>WATCHDOG_USEC</c>.</summary>
    public ServiceNotifier(Func<string, string?> variable, TimeProvider time)
    {
        _time = time;
        if (variable("NOTIFY_SOCKET") is not { Length: > 1 } address || address[0] is not ('/' or '@'))
        {
            return;
        }

        // An @ stands for the zero byte with which names outside the file system begin (unix(7)).
        _address = new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        if (long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds > 0
            && (variable("WATCHDOG_PID") is not { } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
        {
            // Half of what is asked for, as sd_watchdog_enabled(3) advises. On the thread pool: a starved pool is what it is to find out.
            var period = TimeSpan.FromMicroseconds(microseconds / 2.0);
            _watchdog = time.CreateTimer(_ => Say("WATCHDOG=1"), null, period, period);
        }
    }

    /// <summary>The service serves.</summary>
    public void Ready() => Say("READY=1");

    /// <summary>The configuration is being read again; <see cref="Ready"/> ends it, whatever came of it.</summary>
    public void Reloading()
    {
        // CLOCK_MONOTONIC, which on Linux is what timestamps are made of.
        var microseconds = (long)(_time.GetTimestamp() * (1e6 / _time.TimestampFrequency));
        Say(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    /// <summary>The service is going.</summary>
    public void Stopping() => Say("STOPPING=1");

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchdog?.Dispose();
        _socket?.Dispose();
    }

    private void Say(string state)
    {
        try
        {
            _socket?.SendTo(Encoding.UTF8.GetBytes(state), _address!);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is not listening; the service serves all the same.
        }
    }
}
