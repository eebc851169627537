using System.Text.Json;
using FastProxy.Cli.Applying;

namespace FastProxy.Tests.Cli.Applying;

public sealed class ChangeTextTests
{
    [Theory]
    [InlineData("""{"change":"delete","kind":"group","name":"x","fields":[]}""", "- group x")]
    [InlineData("""{"change":"create","kind":"application","name":"gitlab","fields":[{"name":"domain","after":"g.example.com"},{"name":"origin","after":"ssh://h:22"}]}""", "+ application gitlab: domain g.example.com; origin ssh://h:22")]
    [InlineData("""{"change":"create","kind":"policy","name":"m","application":"gitlab","fields":[{"name":"include","after":[{"service_token":{"token_id":"ci"}},{"any_valid_service_token":{}}]}]}""", "+ policy gitlab/m: include service-token:ci, any-service-token")]
    [InlineData("""{"change":"update","kind":"policy","name":"m","application":"gitlab","fields":[{"name":"include","before":[{"everyone":{}},{"ip":{"ip":"10.0.0.0/8"}}],"after":[{"ip":{"ip":"10.0.0.0/8"}},{"service_token":{"token_id":"ci"}}]}]}""", "~ policy gitlab/m: include +service-token:ci -everyone")]
    [InlineData("""{"change":"update","kind":"group","name":"g","fields":[{"name":"include","before":[{"everyone":{}},{"certificate":{}}],"after":[{"certificate":{}},{"everyone":{}}]}]}""", "~ group g: include in the order certificate, everyone")]
    [InlineData("""{"change":"update","kind":"group","name":"g","fields":[{"name":"require","after":[{"everyone":{}}]},{"name":"exclude","before":[{"oidc":{"claim_name":"team","claim_value":"dev"}}]}]}""", "~ group g: require everyone; exclude -oidc:team=dev")]
    [InlineData("""{"change":"update","kind":"policy","name":"p","fields":[{"name":"decision","before":"allow","after":"deny"},{"name":"approval_required","before":true,"after":false}]}""", "~ policy p: decision allow -> deny; approval_required true -> false")]
    [InlineData("""{"change":"update","kind":"policy","name":"p\u001b[2J","fields":[]}""", "~ policy p [2J")]
    public void A_change_is_one_line(string change, string expected)
    {
        using var document = JsonDocument.Parse(change);

        Assert.Equal(expected, ChangeText.Format(document.RootElement));
    }

    [Fact]
    public void Colour_is_around_the_line_and_not_in_it() =>
        Assert.Equal(["\e[32m+ a\e[0m", "\e[31m- a\e[0m", "\e[33m~ a\e[0m"], new[] { "+ a", "- a", "~ a" }.Select(ChangeText.Colour));
}
