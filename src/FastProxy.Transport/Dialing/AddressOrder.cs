using System.Net;

namespace FastProxy.Transport.Dialing;

/// <summary>
/// Interleaves address families (RFC 8305 section 4): the resolver's order is kept within a family, its first family goes
/// first, so that one broken family costs a single attempt's head start instead of one per address.
/// </summary>
internal static class AddressOrder
{
    public static IPAddress[] Interleave(IPAddress[] addresses)
    {
        if (addresses.Length < 3)
        {
            return addresses;
        }

        var first = Array.FindAll(addresses, address => address.AddressFamily == addresses[0].AddressFamily);
        var second = Array.FindAll(addresses, address => address.AddressFamily != addresses[0].AddressFamily);
        var ordered = new List<IPAddress>(addresses.Length);
        for (var i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            if (i < first.Length)
            {
                ordered.Add(first[i]);
            }

            if (i < second.Length)
            {
                ordered.Add(second[i]);
            }
        }

        return [.. ordered];
    }
}
