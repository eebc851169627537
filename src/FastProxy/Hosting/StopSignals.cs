using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>SIGTERM and SIGINT: the first asks for an orderly stop, the second for an immediate one.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _now = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Takes the two signals over until disposed.</summary>
    public StopSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Received),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Received),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Now => _now.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _stop.Dispose();
        _now.Dispose();
    }

    private void Received(PosixSignalContext context)
    {
        context.Cancel = true;
        (_stop.IsCancellationRequested ? _now : _stop).Cancel();
    }
}
