using System.Text;
using FastProxy.Admin.Api;
using FastProxy.Admin.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FastProxy.Tests.Admin;

public sealed class CountryRuleTests
{
    [Theory]
    [InlineData(true, "PT", null)]
    [InlineData(false, "PT", "'policies[0].include': no country is ever known here")]
    public async Task A_rule_about_countries_needs_a_gateway_that_knows_them(bool knows, string country, string? error)
    {
        await using var services = new ServiceCollection().AddSingleton(new CountrySource(knows)).BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes($$$"""{"policies":[{"include":[{"geo":{"country_code":"{{{country}}}"}}]}]}"""));
        var body = await ApiBody.ReadAsync(context.Request, CancellationToken.None);
        Assert.Single(body.Inner(Assert.Single(body.Items("policies")), "policies[0]").Rules("include"));
        Assert.Equal(error is null, body.Error is null);
        Assert.StartsWith(error ?? "", body.Error ?? "", StringComparison.Ordinal);
    }
}
