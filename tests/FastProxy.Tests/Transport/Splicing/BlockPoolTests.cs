using FastProxy.Transport.Splicing;

namespace FastProxy.Tests.Transport.Splicing;

[Collection(nameof(ProcessCollection))]
public sealed class BlockPoolTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(16 * 1024, 16)]
    [InlineData((16 * 1024) + 1, 64)]
    [InlineData(256 * 1024, 256)]
    public void A_block_is_as_large_as_asked_for_and_has_its_slack(int capacity, int kibibytes)
    {
        var block = BlockPool.Rent(capacity);
        Assert.Equal((kibibytes * 1024) + BlockPool.Slack, block.Length);
        BlockPool.Return(block);
    }

    [Fact]
    public void Who_comes_after_the_bound_gets_a_small_block_and_a_large_one_later()
    {
        // Beyond what anybody has: the bound is that of this test alone.
        var limit = BlockPool.LargeBytes + (64L * 300 * 1024);
        var blocks = Enumerable.Range(0, 200).Select(_ => BlockPool.Rent(256 * 1024, limit)).ToList();
        Assert.Equal((16 * 1024) + BlockPool.Slack, blocks[^1].Length);
        Assert.InRange(blocks.Count(block => block.Length > 256 * 1024), 1, 80);
        blocks.ForEach(BlockPool.Return);
        var again = BlockPool.Rent(256 * 1024, limit);
        Assert.Equal((256 * 1024) + BlockPool.Slack, again.Length);
        BlockPool.Return(again);
    }

    [Fact]
    public void No_block_has_two_owners()
    {
        var owners = new System.Collections.Concurrent.ConcurrentDictionary<byte[], byte>(ReferenceEqualityComparer.Instance);
        Parallel.For(0, 20_000, n =>
        {
            var block = BlockPool.Rent(n % 3 == 0 ? 256 * 1024 : n % 3 == 1 ? 64 * 1024 : 100);
            Assert.True(owners.TryAdd(block, 0));
            Assert.True(owners.TryRemove(block, out _));
            BlockPool.Return(block);
        });
        Assert.Empty(owners);
    }
}
