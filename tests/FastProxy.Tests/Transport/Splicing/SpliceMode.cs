namespace FastProxy.Tests.Transport.Splicing;

/// <summary>How the two halves of a tunnel under test speak to each other.</summary>
public enum SpliceMode
{
    Ours,
    OursTls,
    Stock,
    StockTls,
}
