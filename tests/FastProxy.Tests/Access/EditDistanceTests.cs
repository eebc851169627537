using FastProxy.Access;

namespace FastProxy.Tests.Access;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("Streams", "streams", 0)]
    [InlineData("flaw", "lawn", 2)]
    public void Counts_the_fewest_changes(string a, string b, int expected)
    {
        Assert.Equal(expected, EditDistance.Between(a, b));
        Assert.Equal(expected, EditDistance.Between(b, a));
    }

    [Fact]
    public void A_word_unlike_all_others_has_no_nearest()
    {
        Assert.Null(EditDistance.Nearest("xyz", ["streams", "sessions"]));
        Assert.Equal("streams", EditDistance.Nearest("stream", ["sessions", "streams"]));
        Assert.Equal("hostname", EditDistance.Nearest("host", ["listen", "hostname", "token"]));
    }
}
