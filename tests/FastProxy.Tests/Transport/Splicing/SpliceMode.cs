namespace FastProxy.Tests.Transport.Splicing;

/// <summary>How the two halves of a tunnel under test speak to each other.</summary>
public enum SpliceMode
{
    Ours,

    /// <summary>In clear with the zero mask, as on loopback: bulk flows stay in the kernel, both ways.</summary>
    OursUnmasked,
    OursTls,
    Stock,
    StockTls,
}
