namespace FastProxy.Transport.Splicing;

/// <summary>That a ticker ticks for a splice, until it is disposed.</summary>
internal readonly struct SpliceTicks(SpliceTicker ticker, Splice splice) : IDisposable
{
    public void Dispose()
    {
        ticker.Remove(splice);
        splice.StopTicking();
    }
}
