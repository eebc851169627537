using FastProxy.Gateway.Http;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Tests.Gateway;

public sealed class PresentedCredentialTests
{
    private const string Single = "X-Token";

    [Fact]
    public void One_header_carries_both()
    {
        var credential = Read("""{"cf-access-client-id":"a.access","cf-access-client-secret":"b"}""");

        Assert.Equal(("a.access", "b"), (credential.Id, credential.Secret));
        Assert.Null(credential.Refusal);
    }

    [Theory]
    [InlineData("""{"cf-access-client-id":"\ud800","cf-access-client-secret":"b"}""")]
    [InlineData("""{"cf-access-client-id":"a","cf-access-client-secret":"\udc00\ud800"}""")]
    [InlineData("""{"cf-access-client-i\ud800":"a","cf-access-client-secret":"b"}""")]
    [InlineData("""{"cf-access-client-id":"a"}""")]
    [InlineData("""{"cf-access-client-id":"a","cf-access-client-secret":1}""")]
    [InlineData("""{"cf-access-client-id":"a","cf-access-client-secret":"b"}}""")]
    [InlineData("""{"cf-access-client-id":{"a":{"b":{}}}}""")]
    public void What_is_no_pair_is_refused_for_its_form(string value)
    {
        var credential = Read(value);

        Assert.False(credential.IsPresent);
        Assert.Equal(ReasonCode.CredentialsMalformed, credential.Refusal?.Code);
    }

    private static PresentedCredential Read(string value) => PresentedCredential.Read(new HeaderDictionary { [Single] = value }, Single);
}
