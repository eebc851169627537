using FastProxy.Cli.Rules;

namespace FastProxy.Tests.Cli;

public sealed class RuleArgumentTests
{
    [Theory]
    [InlineData("service-token:ci", "service-token", "ci")]
    [InlineData("service-token:a:b c", "service-token", "a:b c")]
    [InlineData("any-service-token", "any-service-token", "")]
    [InlineData("group:Ops", "group", "Ops")]
    [InlineData("everyone", "everyone", "")]
    [InlineData("ip:10.1.2.3/8", "ip", "10.0.0.0/8")]
    [InlineData("ip:2001:db8::1", "ip", "2001:db8::1")]
    [InlineData("country:pt", "country", "PT")]
    [InlineData("certificate", "certificate", "")]
    [InlineData("common-name:db1.example.com", "common-name", "db1.example.com")]
    [InlineData("email:ann@example.com", "email", "ann@example.com")]
    [InlineData("email-domain:example.com", "email-domain", "example.com")]
    [InlineData("oidc:groups=a=b", "oidc", "groups=a=b")]
    public void A_rule_is_a_selector_and_what_it_takes(string text, string selector, string value)
    {
        Assert.True(RuleArgument.TryParse(text, out var rule, out _));
        Assert.Equal(new RuleArgument(selector, value), rule);
    }

    [Theory]
    [InlineData("", "'' is no rule")]
    [InlineData("ci", "'ci' is no rule")]
    [InlineData("service_token:ci", "'service_token:ci' is no rule")]
    [InlineData("service-token", "needs a name: service-token:NAME")]
    [InlineData("service-token:", "needs a name: service-token:NAME")]
    [InlineData("group:", "needs a name: group:NAME")]
    [InlineData("everyone:x", "takes no value")]
    [InlineData("any-service-token:", "takes no value")]
    [InlineData("ip:", "''")]
    [InlineData("ip:10.0.0.0/33", "'10.0.0.0/33'")]
    [InlineData("certificate:x", "takes no value")]
    [InlineData("country:Portugal", "'Portugal' is no country")]
    [InlineData("common-name:", "needs a name: common-name:NAME")]
    [InlineData("email:", "needs an address")]
    [InlineData("email-domain", "needs a domain")]
    [InlineData("oidc:groups", "oidc:CLAIM=VALUE")]
    [InlineData("oidc:=ops", "oidc:CLAIM=VALUE")]
    [InlineData("oidc:groups=", "oidc:CLAIM=VALUE")]
    public void What_is_no_rule_is_told_what_would_be(string text, string expected)
    {
        Assert.False(RuleArgument.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
