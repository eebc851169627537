namespace FastProxy.Transport.Splicing;

/// <summary>
/// The memory of all flows: blocks of three sizes, exact, because the next power of two would double what a bulk flow holds (and its
/// share of the processor's cache). Thread-safe.
/// </summary>
/// <remarks>
/// Bounded in total: while larger blocks take <see cref="Limit"/> bytes, everybody else gets a small one, which is enough to go on. Small
/// ones are bounded by the number of sessions. Every block has one owner, from <see cref="Rent(int)"/> to <see cref="Return"/>.
/// </remarks>
internal static class BlockPool
{
    /// <summary>Bytes of a block beyond its capacity: for frame headers, and for the headers and tags of 17 TLS records (RFC 8446 5.2).</summary>
    public const int Slack = 5 * 1024;

    /// <summary>Free blocks of a size that are kept; those beyond are left to the collector.</summary>
    private const int MostFree = 64;

    private static readonly int[] s_capacities = [SpliceBatch.SmallestCapacity, 64 * 1024, SpliceBatch.LargestCapacity];
    private static readonly Stack<byte[]>[] s_free = [new(MostFree), new(MostFree), new(MostFree)];
    private static long s_largeBytes;

    /// <summary>What larger blocks may take: a quarter of the memory this process may have.</summary>
    public static long Limit { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Bytes of the larger blocks that are rented now.</summary>
    public static long LargeBytes => Interlocked.Read(ref s_largeBytes);

    /// <summary>A block with room for <paramref name="capacity"/> bytes and <see cref="Slack"/>, or a small one while the larger are used up.</summary>
    /// <param name="capacity">At most <see cref="SpliceBatch.LargestCapacity"/>.</param>
    public static byte[] Rent(int capacity) => Rent(capacity, Limit);

    /// <summary>Takes a block back.</summary>
    public static void Return(byte[] block)
    {
        var index = IndexOf(block.Length - Slack);
        Release(index, block.Length);
        lock (s_free[index])
        {
            if (s_free[index].Count < MostFree)
            {
                s_free[index].Push(block);
            }
        }
    }

    internal static byte[] Rent(int capacity, long limit)
    {
        var index = IndexOf(capacity);
        var length = s_capacities[index] + Slack;
        if (index > 0 && Interlocked.Add(ref s_largeBytes, length) > limit)
        {
            Release(index, length);
            index = 0;
            length = s_capacities[0] + Slack;
        }

        lock (s_free[index])
        {
            if (s_free[index].TryPop(out var block))
            {
                return block;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    private static void Release(int index, int length)
    {
        if (index > 0)
        {
            Interlocked.Add(ref s_largeBytes, -length);
        }
    }

    private static int IndexOf(int capacity) => capacity <= s_capacities[0] ? 0 : capacity <= s_capacities[1] ? 1 : 2;
}
