using FastProxy.Hosting;

namespace FastProxy.Tests.Hosting;

public sealed class MemoryReturnTests
{
    [Theory]
    [InlineData(0, 64 << 20, true)]
    [InlineData(100, 16 << 20, true)]
    [InlineData(101, 64 << 20, false)]
    [InlineData(0, (16 << 20) - 1, false)]
    public void Memory_is_given_back_where_it_is_worth_a_pause_and_nobody_would_feel_it(int workMilliseconds, long garbage, bool due)
    {
        Assert.Equal(due, MemoryReturn.IsDue(TimeSpan.FromMilliseconds(workMilliseconds), garbage));
    }
}
