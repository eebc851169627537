using FastProxy.Client.Bastion;

namespace FastProxy.Tests.Client.Bastion;

public sealed class PendingRequestsTests
{
    [Theory]
    [InlineData(10_000, 512)]
    [InlineData(380, 95)]
    [InlineData(1, 1)]
    public void A_user_gets_at_most_a_quarter_of_what_there_is(int sessions, int most)
    {
        var pending = new PendingRequests(sessions);
        Assert.All(Enumerable.Range(0, most), _ => Assert.True(pending.TryEnter(1)));
        Assert.False(pending.TryEnter(1));
        Assert.True(pending.TryEnter(2));
        pending.Leave(1);
        Assert.True(pending.TryEnter(1));
        pending.Resize(4 * (most + 1));
        Assert.Equal(most < 512, pending.TryEnter(1));
    }
}
