using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace FastProxy.Tests.Gateway;

/// <summary>Writes a database of countries in MaxMind's format, version 2, for IPv4: a tree of bits, the data it leads to, and what it is.</summary>
internal static class CountryFile
{
    private const int Text = 2;
    private const int Number16 = 5;
    private const int Number32 = 6;
    private const int Map = 7;
    private const int Number64 = 9;
    private const int Array = 11;

    public static byte[] Of(params (string Network, string Country)[] countries)
    {
        // Each node has a record for the next bit: another node, nothing (null), or the place of a country in the data, less one.
        var nodes = new List<int?[]> { new int?[2] };
        var data = new List<byte>();
        foreach (var (text, country) in countries)
        {
            var place = data.Count;
            data.AddRange([.. Head(Map, 1), .. Of("country"), .. Head(Map, 1), .. Of("iso_code"), .. Of(country)]);
            var network = IPNetwork.Parse(text);
            var bits = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes());
            var node = 0;
            for (var i = 0; i < network.PrefixLength; i++)
            {
                ref var record = ref nodes[node][(bits >> (31 - i)) & 1];
                if (i == network.PrefixLength - 1)
                {
                    record = -place - 1;
                }
                else
                {
                    node = record ??= nodes.Count;
                    if (node == nodes.Count)
                    {
                        nodes.Add(new int?[2]);
                    }
                }
            }
        }

        var file = new List<byte>();
        foreach (var record in nodes.SelectMany(node => node))
        {
            // 16 zero bytes stand between tree and data, and count.
            var value = record is not { } to ? nodes.Count : to < 0 ? nodes.Count + 16 - (to + 1) : to;
            file.AddRange([(byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        }

        file.AddRange(new byte[16]);
        file.AddRange(data);
        file.AddRange([0xab, 0xcd, 0xef, .. "MaxMind.com"u8]);
        file.AddRange([
            .. Head(Map, 9),
            .. Of("binary_format_major_version"), .. Head(Number16, 1), 2,
            .. Of("binary_format_minor_version"), .. Head(Number16, 0),
            .. Of("build_epoch"), .. Head(Number64, 1), 1,
            .. Of("database_type"), .. Of("Test-Country"),
            .. Of("description"), .. Head(Map, 1), .. Of("en"), .. Of("test"),
            .. Of("ip_version"), .. Head(Number16, 1), 4,
            .. Of("languages"), .. Head(Array, 0),
            .. Of("node_count"), .. Head(Number32, 2), (byte)(nodes.Count >> 8), (byte)nodes.Count,
            .. Of("record_size"), .. Head(Number16, 1), 24,
        ]);
        return [.. file];
    }

    private static byte[] Of(string text) => [.. Head(Text, Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    // Types beyond 7 have a byte of their own. No size here reaches 29, where sizes would have one too.
    private static byte[] Head(int type, int size) => type <= 7 ? [(byte)((type << 5) | size)] : [(byte)size, (byte)(type - 7)];
}
