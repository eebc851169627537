using FastProxy.Access.Lists;

namespace FastProxy.Access.Policies;

/// <summary>The networks of a list: one look-up for each length of prefix there is, however many networks. Built once, read by any number of threads.</summary>
internal sealed class AddressSet
{
    private readonly List<(int HostBits, bool IsIPv4, HashSet<UInt128> Starts)> _lengths = [];

    public AddressSet(ValueList list)
    {
        foreach (var item in list.Items)
        {
            if (NetworkText.TryParse(item.Value, out var network, out _))
            {
                Add(AddressBlock.From(network));
            }
        }
    }

    /// <summary>Whether a known address is in one of the networks.</summary>
    public bool Contains(ClientAddress address)
    {
        foreach (var (hostBits, isIPv4, starts) in _lengths)
        {
            if (address.IsIPv4 == isIPv4 && starts.Contains(address.Value & AddressBlock.Mask(hostBits)))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(AddressBlock block)
    {
        foreach (var (hostBits, isIPv4, starts) in _lengths)
        {
            if (hostBits == block.HostBits && isIPv4 == block.IsIPv4)
            {
                starts.Add(block.Start);
                return;
            }
        }

        _lengths.Add((block.HostBits, block.IsIPv4, [block.Start]));
    }
}
