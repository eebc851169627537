namespace FastProxy.Load.Reporting;

/// <summary>The chains compare.sh starts itself, as it names them.</summary>
internal static class ChainNames
{
    public const string Direct = "direct";
    public const string Haproxy = "haproxy";
    public const string Stunnel = "stunnel";
    public const string Ws = "fastproxy-ws";
    public const string Wss = "fastproxy-wss";
    public const string StockWss = "fastproxy-stock-wss";
}
