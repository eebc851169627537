using System.Runtime.InteropServices;
using FastProxy.Client.Native;

namespace FastProxy.Client.Carrying;

/// <summary>
/// Catches SIGINT, SIGTERM and SIGHUP so that a session can be ended in order, and lets the process die of the signal
/// afterwards: whoever started it shall see the status the signal always has.
/// </summary>
public sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal;

    /// <summary>Starts catching.</summary>
    public TerminationSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
        Token = _source.Token;
    }

    /// <summary>Fires with the first signal.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether a signal came.</summary>
    public bool Raised => Volatile.Read(ref _signal) != 0;

    /// <summary>Whether the signal that came is SIGHUP, which ssh sends to its ProxyCommand at every end, the good ones too.</summary>
    public bool HungUp => Volatile.Read(ref _signal) == 1;

    /// <summary>Dies of the signal that came; does nothing where none did.</summary>
    public void RaiseAgain()
    {
        if (Volatile.Read(ref _signal) is var signal and not 0)
        {
            _ = LibC.Signal(signal, 0);
            _ = LibC.Kill(LibC.ProcessId(), signal);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        // The source itself is left to the collector: a handler that was queued before its registration ended may still cancel it.
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        var number = context.Signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGHUP => 1, _ => 15 };
        if (Interlocked.CompareExchange(ref _signal, number, 0) == 0)
        {
            _source.Cancel();
        }
    }
}
