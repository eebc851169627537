using FastProxy.Cli.DropIn;

namespace FastProxy.Tests.Cli.DropIn;

public sealed class GoFlagParserTests
{
    [Theory]
    [InlineData("-hostname h", "h")]
    [InlineData("--hostname h", "h")]
    [InlineData("-hostname=h", "h")]
    [InlineData("--hostname=h", "h")]
    [InlineData("--hostname=a=b", "a=b")]
    [InlineData("--tunnel-host h", "h")]
    [InlineData("-T h", "h")]
    [InlineData("-T a --hostname b", "b")]
    [InlineData("--hostname @file", "@file")]
    [InlineData("--hostname --id", "--id")]
    public void Values_take_all_of_gos_forms(string line, string expected) => Assert.Equal(expected, Parse(line).Value("hostname"));

    [Theory]
    [InlineData("--stock", true)]
    [InlineData("-stock=true", true)]
    [InlineData("-stock=0", false)]
    [InlineData("", false)]
    public void Switches_take_a_value_only_after_an_equals_sign(string line, bool expected) => Assert.Equal(expected, Parse(line).IsSet("stock"));

    [Theory]
    [InlineData("-T h localhost:9210", "localhost:9210")]
    [InlineData("-T h -- -x", "-x")]
    [InlineData("localhost:9210 -T h", "localhost:9210 -T h")]
    [InlineData("-T h -", "-")]
    [InlineData("--stock false", "false")]
    public void The_first_word_that_is_no_flag_ends_them(string line, string rest) => Assert.Equal(rest, string.Join(' ', Parse(line).Rest));

    [Fact]
    public void Headers_repeat_in_order() => Assert.Equal(["a:1", "b:2"], Parse("-H a:1 --header b:2").Values("header"));

    [Theory]
    [InlineData("--nope", "flag provided but not defined: -nope")]
    [InlineData("--hostname", "flag needs an argument: -hostname")]
    [InlineData("---x", "bad flag syntax: ---x")]
    [InlineData("--=x", "bad flag syntax: --=")]
    [InlineData("---secret=x", "bad flag syntax: ---secret=")]
    [InlineData("--stock=maybe", "invalid boolean value for -stock")]
    public void Mistakes_are_told_in_gos_words(string line, string expected)
    {
        Assert.False(new GoFlagParser(DropInFlags.Carrier).TryParse(line.Split(' '), out var error));
        Assert.Equal(expected, error);
    }

    private static GoFlagParser Parse(string line)
    {
        var parser = new GoFlagParser(DropInFlags.Carrier);
        Assert.True(parser.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _));
        return parser;
    }
}
