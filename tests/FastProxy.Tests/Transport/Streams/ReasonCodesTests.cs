using System.Globalization;
using System.Text.RegularExpressions;
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

    [Fact]
    public void The_document_has_every_code_with_its_status_and_no_other()
    {
        var document = Documents.Read("wire.md");
        var rows = Documents.Chapter(document, "Reason codes").Select(Documents.Cells).Where(cells => cells.Length == 2 && cells[1].StartsWith('`')).ToList();

        // No refusal and no failure: it stands with the message that carries it.
        Assert.Contains("`ok`", document, StringComparison.Ordinal);
        foreach (var code in Enum.GetValues<ReasonCode>().Where(code => code != ReasonCode.Ok))
        {
            var row = rows.Find(cells => cells[1].Contains($"`{code.ToName()}`", StringComparison.Ordinal));
            Assert.True(row is not null, $"{code.ToName()} is missing in the table of docs/wire.md.");
            Assert.Contains(code.ToHttpStatus() is 0 ? "only after the 101" : code.ToHttpStatus().ToString(CultureInfo.InvariantCulture), row[0], StringComparison.Ordinal);
        }

        Assert.All(rows.SelectMany(cells => Regex.Matches(cells[1], "`([^`]+)`")), word => Assert.True(ReasonCodes.TryParse(word.Groups[1].Value, out _), word.Value));
    }
}
