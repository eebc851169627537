using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Streams;

public sealed class ReasonCodesTests
{
    [Fact]
    public void Every_code_has_a_name_of_its_own_that_reads_back()
    {
        var names = Enum.GetValues<ReasonCode>().Select(code => code.ToName()).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        foreach (var code in Enum.GetValues<ReasonCode>())
        {
            Assert.Matches("^[a-z_]+$", code.ToName());
            Assert.True(ReasonCodes.TryParse(code.ToName(), out var read));
            Assert.Equal(code, read);
        }

        Assert.False(ReasonCodes.TryParse("unheard_of", out _));
    }

    [Theory]
    [InlineData(ReasonCode.CredentialsMalformed, 401)]
    [InlineData(ReasonCode.PolicyDenied, 403)]
    [InlineData(ReasonCode.AppUnknown, 404)]
    [InlineData(ReasonCode.OriginRefused, 502)]
    [InlineData(ReasonCode.OriginTimeout, 504)]
    [InlineData(ReasonCode.Revoked, 0)]
    public void Statuses_are_those_of_the_contract(ReasonCode code, int status) => Assert.Equal(status, code.ToHttpStatus());
}
