namespace FastProxy.Transport.Listening;

/// <summary>
/// How many connections may be open, and how many of them may still be shaking hands. When either is reached, listeners stop
/// accepting and the kernel's backlog holds the rest: work before authentication stays bounded, and file descriptors never run out
/// under a listener (an accept loop without descriptors spins a whole core).
/// </summary>
/// <remarks>Thread-safe; one for all listeners of a process.</remarks>
public sealed class ConnectionAdmission : IDisposable
{
    private readonly SemaphoreSlim _connections;
    private readonly SemaphoreSlim _handshakes;
    private int _capacity;
    private int _shaking;

    /// <summary>Makes an admission.</summary>
    /// <param name="connections">Connections at once, at least 1.</param>
    /// <param name="handshakes">Connections between accept and the answer to their request at once, at least 1.</param>
    public ConnectionAdmission(int connections, int handshakes)
    {
        _capacity = connections;
        _connections = new SemaphoreSlim(connections);
        _handshakes = new SemaphoreSlim(handshakes);
    }

    /// <summary>Connections between accept and the answer to their request now.</summary>
    public int HandshakesInFlight => Volatile.Read(ref _shaking);

    /// <summary>Lets more connections in at once, and as many more handshakes; fewer than so far changes nothing. One caller at a time.</summary>
    public void Raise(int connections)
    {
        if (connections - _capacity is > 0 and var more)
        {
            _capacity = connections;
            _handshakes.Release(more);
            _connections.Release(more);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connections.Dispose();
        _handshakes.Dispose();
    }

    internal async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        await _connections.WaitAsync(cancellationToken);
        try
        {
            await _handshakes.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _connections.Release();
            throw;
        }
    }

    /// <summary>A connection has come for what <see cref="EnterAsync"/> has let in.</summary>
    internal void BeginHandshake() => Interlocked.Increment(ref _shaking);

    internal void EndHandshake()
    {
        Interlocked.Decrement(ref _shaking);
        _handshakes.Release();
    }

    internal void Leave() => _connections.Release();

    /// <summary>Gives back what <see cref="EnterAsync"/> has let in, and for which no connection came.</summary>
    internal void LeaveUnused()
    {
        _handshakes.Release();
        _connections.Release();
    }
}
