using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastProxy.Access.Policies;

/// <summary>Networks as people write them: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or one address.</summary>
public static class NetworkText
{
    /// <summary>
    /// Reads a network. Bits beyond the prefix are cleared (<c>10.1.2.3/8</c> is <c>10.0.0.0/8</c>); IPv4 in IPv6 becomes IPv4. False with
    /// a sentence for anything else, the shorthand forms of IPv4 (<c>10.1</c>, <c>012.0.0.1</c>) included: tools disagree on their meaning.
    /// </summary>
    public static bool TryParse(string? text, out IPNetwork network, [NotNullWhen(false)] out string? error)
    {
        network = default;
        error = $"'{text}' is no address and no network (a.b.c.d, a.b.c.d/n, x::, x::/n)";
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var addressText = slash < 0 ? text.AsSpan() : text.AsSpan(0, slash);
        if (addressText.Contains('%') || !IPAddress.TryParse(addressText, out var address) || !IsCanonical(address, addressText))
        {
            return false;
        }

        var width = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = width;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > width))
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            if (prefix < 96)
            {
                return false;
            }

            address = address.MapToIPv4();
            prefix -= 96;
        }

        network = new IPNetwork(Mask(address, prefix), prefix);
        error = null;
        return true;
    }

    /// <summary>Writes a network as the API does: one address without its prefix length, else with it.</summary>
    public static string Format(IPNetwork network)
    {
        var width = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return network.PrefixLength == width ? network.BaseAddress.ToString() : network.ToString();
    }

    // IPv6 has many spellings of one address; of IPv4 only the plain one is taken.
    private static bool IsCanonical(IPAddress address, ReadOnlySpan<char> text) =>
        address.AddressFamily == AddressFamily.InterNetworkV6
            ? text.IndexOfAny("[]") < 0
            : text.SequenceEqual(address.ToString());

    private static IPAddress Mask(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPAddress(bytes);
    }
}
