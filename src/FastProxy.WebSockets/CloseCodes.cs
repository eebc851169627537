namespace FastProxy.WebSockets;

/// <summary>Which close codes a Close frame may carry.</summary>
public static class CloseCodes
{
    /// <summary>
    /// True for the codes that a Close frame may carry (RFC 6455 section 7.4): 1000–1003 and 1007–1014 as registered, 3000–3999 (libraries)
    /// and 4000–4999 (private use). False for everything else, among it 1004, 1005, 1006 and 1015, which RFC 6455 keeps off the wire.
    /// </summary>
    public static bool IsValidOnWire(ushort code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
