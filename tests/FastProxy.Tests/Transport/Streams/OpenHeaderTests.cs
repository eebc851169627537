using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Streams;

public sealed class OpenHeaderTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("app=\"h.example\"", "h.example", null)]
    [InlineData("app=\"h.example/p\", destination=\"10.0.0.5:22\"", "h.example/p", "10.0.0.5:22")]
    [InlineData("destination=\"[::1]:22\",app=\"h\"", "h", "[::1]:22")]
    [InlineData("app=\"a\\\"b\\\\c\"", "a\"b\\c", null)]
    [InlineData("app=\"first\", app=\"last\"", "last", null)]
    [InlineData("app=\"h\", future=\"x\"", "h", null)]
    public void Reads_a_dictionary_of_strings(string value, string? app, string? destination)
    {
        Assert.True(OpenHeader.TryParse(value, out var header));
        Assert.Equal(new OpenHeader(app, destination), header);
    }

    [Theory]
    [InlineData("app")]
    [InlineData("app=h")]
    [InlineData("app=\"h")]
    [InlineData("app=\"h\",")]
    [InlineData("app=\"h\" destination=\"x\"")]
    [InlineData("App=\"h\"")]
    [InlineData("=\"h\"")]
    [InlineData("app=\"h\\n\"")]
    [InlineData("app=\"\u00e9\"")]
    [InlineData("app=\"a\tb\"")]
    public void Refuses_everything_else(string value) => Assert.False(OpenHeader.TryParse(value, out _));

    [Theory]
    [InlineData("h", "d:1")]
    [InlineData("quote\"back\\slash", null)]
    [InlineData(null, null)]
    public void Reads_back_what_it_writes(string? app, string? destination)
    {
        var header = new OpenHeader(app, destination);
        Assert.True(OpenHeader.TryParse(header.ToString(), out var read));
        Assert.Equal(header, read);
    }
}
