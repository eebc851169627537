namespace FastProxy.Client.Pooling;

/// <content>What a changed configuration does to a pool that is in use.</content>
public sealed partial class StreamPool
{
    /// <summary>
    /// Puts other options in force. Every stream's age counts anew from when it was made; idle ones that are too old or too many are let go
    /// now, busy ones when their session is over.
    /// </summary>
    /// <param name="options">How many and for how long.</param>
    /// <param name="ahead">Streams kept ready ahead of demand, as for <see cref="KeepAhead"/>.</param>
    internal void Reconfigure(StreamPoolOptions options, int ahead)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _options = options;
            _ahead = Math.Min(ahead, options.MaxIdle);
            var period = PeriodOf(options);
            _timer.Change(period, period);
            foreach (var connection in _idle.Concat(_busy))
            {
                LimitAgeLocked(connection);
            }

            // From the one that was used last to the one that is needed least.
            var (now, kept) = (_timeProvider.GetTimestamp(), 0);
            RetireIdleLocked(connection => now >= connection.ExpiresAt ? DiscardCause.Age : ++kept > options.MaxIdle ? DiscardCause.Surplus : null);
            BalanceLocked();
        }
    }

    /// <summary>
    /// Lets go of every stream, idle ones now and busy ones when their session is over: whom the pool trusts has changed. What is being
    /// dialled still is not used either, and the pause after a failure is over.
    /// </summary>
    internal void RetireAll()
    {
        lock (_lock)
        {
            _generation++;
            _backOff.Succeeded();
        }

        Retire(DiscardCause.Retired, static _ => true);
    }

    /// <summary>Four looks an interval: a stream is asked at half of it, given up at twice it.</summary>
    private static TimeSpan PeriodOf(StreamPoolOptions options) =>
        TimeSpan.FromTicks(Math.Clamp(options.KeepAlive.Ticks / 4, TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerSecond));

    private void LimitAgeLocked(PooledConnection connection)
    {
        var age = _options.MaxAge.TotalSeconds * (1 - (0.1 * _random()));
        connection.ExpiresAt = connection.AdmittedAt + (long)(age * _timeProvider.TimestampFrequency);
    }
}
