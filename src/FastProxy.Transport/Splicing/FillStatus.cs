namespace FastProxy.Transport.Splicing;

/// <summary>What one <see cref="SpliceEnd.FillAsync"/> brought.</summary>
public enum FillStatus
{
    /// <summary>At least one byte is in the end's batch.</summary>
    Data,

    /// <summary>The peer ended its direction in order: no byte will follow, none is missing.</summary>
    EndOfData,

    /// <summary>The direction broke. <see cref="SpliceEnd.Fault"/> says why; bytes may be missing.</summary>
    Failed,
}
