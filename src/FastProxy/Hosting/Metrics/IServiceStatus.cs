namespace FastProxy.Hosting.Metrics;

/// <summary>What a service says of itself to who watches it. Thread-safe; there from before the service's first listener to after its last.</summary>
internal interface IServiceStatus
{
    /// <summary>Writes its metrics.</summary>
    void Write(MetricsText text);

    /// <summary>Why it should get no new work now, one line; null where it should.</summary>
    ValueTask<string?> WhyNotReadyAsync(CancellationToken cancellationToken);
}
