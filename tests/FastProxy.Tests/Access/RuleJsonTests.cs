using System.Text;
using System.Text.Json;
using FastProxy.Access.Policies;

namespace FastProxy.Tests.Access;

public sealed class RuleJsonTests
{
    [Theory]
    [InlineData("""{"everyone":{}}""")]
    [InlineData("""{"any_valid_service_token":{}}""")]
    [InlineData("""{"service_token":{"token_id":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    [InlineData("""{"group":{"id":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    [InlineData("""{"ip":{"ip":"10.0.0.0/8"}}""")]
    [InlineData("""{"ip":{"ip":"192.0.2.7"}}""")]
    [InlineData("""{"ip":{"ip":"2001:db8::/32"}}""")]
    [InlineData("""{"ip":{"ip":"::/0"}}""")]
    [InlineData("""{"ip_list":{"id":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    [InlineData("""{"email_list":{"id":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    [InlineData("""{"geo":{"country_code":"PT"}}""")]
    [InlineData("""{"geo":{"country_code":"T1"}}""")]
    [InlineData("""{"certificate":{}}""")]
    [InlineData("""{"common_name":{"common_name":"db1.example.com"}}""")]
    [InlineData("""{"email":{"email":"Ann@example.com"}}""")]
    [InlineData("""{"email_domain":{"domain":"example.com"}}""")]
    [InlineData("""{"external_evaluation":{"evaluate_url":"https://x/check","keys_url":"https://x/keys"}}""")]
    [InlineData("""{"login_method":{"id":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    [InlineData("""{"auth_method":{"auth_method":"mfa"}}""")]
    [InlineData("""{"oidc":{"claim_name":"team","claim_value":"ops"}}""")]
    [InlineData("""{"oidc":{"claim_name":"team","claim_value":"ops","identity_provider_id":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    [InlineData("""{"linked_app_token":{"app_uid":"0f8fad5b-d9cb-469f-a165-70867728950e"}}""")]
    public void A_rule_is_written_as_it_was_read(string json) => Assert.Equal(json, Write(Read(json)));

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/32", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3/104", "10.0.0.0/8")]
    [InlineData("2001:DB8::1/33", "2001:db8::/33")]
    public void A_network_has_one_spelling(string text, string canonical) =>
        Assert.Equal(canonical, NetworkText.Format(Sample.Network(text)));

    [Theory]
    [InlineData("1", "object")]
    [InlineData("{}", "none")]
    [InlineData("""{"everyone":{},"ip":{"ip":"::1"}}""", "'everyone' and 'ip'")]
    [InlineData("""{"everyone":true}""", "not an object")]
    [InlineData("""{"service_token":{}}""", "'token_id'")]
    [InlineData("""{"service_token":{"token_id":7}}""", "'token_id'")]
    [InlineData("""{"service_token":{"token_id":"0123456789abcdef0123456789abcdef.access"}}""", "UUID")]
    [InlineData("""{"group":{"id":"x"}}""", "UUID")]
    [InlineData("""{"ip":{"ip":"10.0.0.0/33"}}""", "10.0.0.0/33")]
    [InlineData("""{"ip":{"ip":"10.0.0.0/-1"}}""", "no network")]
    [InlineData("""{"ip":{"ip":"10.1"}}""", "no network")]
    [InlineData("""{"ip":{"ip":"010.0.0.1"}}""", "no network")]
    [InlineData("""{"ip":{"ip":"fe80::1%eth0"}}""", "no network")]
    [InlineData("""{"ip":{"ip":"::ffff:0.0.0.0/95"}}""", "no network")]
    [InlineData("""{"ip":{"ip":""}}""", "no network")]
    [InlineData("""{"geo":{"country_code":"Portugal"}}""", "'Portugal'")]
    [InlineData("""{"geo":{"country_code":"XX"}}""", "'XX'")]
    [InlineData("""{"geo":{"country_code":"12"}}""", "'12'")]
    [InlineData("""{"geo":{}}""", "'country_code'")]
    [InlineData("""{"common_name":{"common_name":" "}}""", "'common_name.common_name' is empty")]
    [InlineData("""{"email":{"email":"ann"}}""", "no email address")]
    [InlineData("""{"email":{"email":"@example.com"}}""", "no email address")]
    [InlineData("""{"email":{"email":"a@b@c"}}""", "no email address")]
    [InlineData("""{"email_domain":{"domain":"@example.com"}}""", "after the @")]
    [InlineData("""{"email_domain":{"domain":""}}""", "'email_domain.domain' is empty")]
    [InlineData("""{"login_method":{"id":"google"}}""", "UUID")]
    [InlineData("""{"auth_method":{}}""", "'auth_method'")]
    [InlineData("""{"oidc":{"claim_name":"team"}}""", "'claim_value'")]
    [InlineData("""{"oidc":{"claim_name":"team","claim_value":"ops","identity_provider_id":"x"}}""", "UUID")]
    [InlineData("""{"linked_app_token":{"app_uid":"x"}}""", "UUID")]
    [InlineData("""{"okta":{"name":"ops"}}""", "'okta' needs Okta")]
    [InlineData("""{"external_evaluation":{"evaluate_url":"http://x/check","keys_url":"https://x/keys"}}""", "'external_evaluation.evaluate_url' is not an https URL")]
    [InlineData("""{"external_evaluation":{"evaluate_url":"https://x/check"}}""", "'external_evaluation' needs the text 'keys_url'")]
    [InlineData("""{"device_posture":{"integration_uid":"x"}}""", "'device_posture' needs an agent")]
    [InlineData("""{"moon_phase":{}}""", "'moon_phase' is not known here (known: everyone, service_token, any_valid_service_token, ip, ip_list, geo, certificate, common_name, group, email, email_domain, email_list, login_method, auth_method, oidc, external_evaluation, linked_app_token)")]
    public void A_mistake_is_named(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        Assert.False(RuleJson.TryRead(document.RootElement, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_overlong_value_is_refused()
    {
        using var document = JsonDocument.Parse("""{"common_name":{"common_name":"?"}}""".Replace("?", new string('x', 1025), StringComparison.Ordinal));
        Assert.False(RuleJson.TryRead(document.RootElement, out _, out var error));
        Assert.Contains("longer than 1024", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_names_the_place_of_a_mistake()
    {
        using var document = JsonDocument.Parse("""[{"everyone":{}},{"everyone":7}]""");
        Assert.False(RuleJson.TryReadList(document.RootElement, out _, out var error));
        Assert.StartsWith("rule 2:", error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_list_is_the_empty_list()
    {
        using var document = JsonDocument.Parse("null");
        Assert.True(RuleJson.TryReadList(document.RootElement, out var rules, out _));
        Assert.Empty(rules);
        Assert.True(RuleJson.TryReadList(default, out rules, out _));
        Assert.Empty(rules);
    }

    [Theory]
    [InlineData(PolicyAction.Allow, "allow", "allow")]
    [InlineData(PolicyAction.Block, "deny", "block")]
    [InlineData(PolicyAction.Bypass, "bypass", "bypass")]
    [InlineData(PolicyAction.ServiceAuth, "non_identity", "service-auth")]
    public void An_action_has_two_names(PolicyAction action, string api, string commandLine)
    {
        Assert.Equal((api, commandLine), (action.ToApiName(), action.ToCommandLineName()));
        Assert.True(PolicyActions.TryParseApiName(api, out var back) && back == action);
        Assert.True(PolicyActions.TryParseCommandLineName(commandLine, out back) && back == action);
        Assert.False(PolicyActions.TryParseApiName(api.ToUpperInvariant(), out _));
    }

    private static Rule Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.True(RuleJson.TryRead(document.RootElement, out var rule, out var error), error);
        return rule;
    }

    private static string Write(Rule rule)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            RuleJson.Write(writer, rule);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
