using System.Text.Json.Nodes;
using FastProxy.Configuration;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Configuration;

public sealed class AccessFileTests
{
    [Fact]
    public void A_file_is_the_document_it_stands_for()
    {
        var file = Parse(
            """
            groups:
              - name: office          # a comment
                is_default: true
                include: [{ ip: { ip: 10.0.0.0/8 } }, { everyone: {} }]
            applications:
              - { name: "7", domain: NO.example.com, precedence: 12, session_duration: 08h, origin: ~, version: 1.0 }
            """);

        Assert.Equal(
            """{"groups":[{"name":"office","is_default":true,"include":[{"ip":{"ip":"10.0.0.0/8"}},{"everyone":{}}]}],"applications":[{"name":"7","domain":"NO.example.com","precedence":12,"session_duration":"08h","origin":null,"version":1.0}]}""",
            file.Document.ToJsonString());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("1.5")]
    [InlineData("-1.50")]
    [InlineData("12345678901234567890")]
    [InlineData("1e400")]
    [InlineData("0.1E-7")]
    [InlineData("[1,[2.25,{}],null,true]")]
    [InlineData("\"1.5\"")]
    [InlineData("\"a\u0085b\u2028c\u2029d\"")]
    [InlineData("\"\ue000\u0085\ue001\u2028\"")]
    [InlineData("\" \u0085 \"")]
    [InlineData("\"\\u0085\\t\\n\\\"\\/\\\\\"")]
    [InlineData("\"\U0001F600\u007f\u00a0\ufeff\"")]
    public void A_file_of_json_is_the_same_document(string value)
    {
        var key = value.StartsWith('"') ? value : "\"key\"";
        var json = $$"""{"groups": [{"kept": {{value}}, "after": 1}], {{key}}: 2}""";

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), Parse(json).Document), json);
    }

    [Fact]
    public void Numbers_are_kept_as_they_are_written() => Assert.Equal(
        """{"a":1.50,"b":12345678901234567890}""", Parse("a: 1.50\nb: 12345678901234567890").Document.ToJsonString());

    [Theory]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("0x10")]
    [InlineData("012")]
    [InlineData("1_000")]
    [InlineData("+1")]
    [InlineData(".inf")]
    [InlineData("1.2.3")]
    public void What_json_has_no_number_for_is_text(string text) => Assert.Equal(text, Parse($"a: {text}").Document["a"]!.GetValue<string>());

    [Fact]
    public void A_file_is_as_long_as_a_declaration_may_be()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Root, "access.yaml");
        var problems = new ConfigurationProblems(path);
        File.WriteAllText(path, $"groups: [{new string(' ', FastProxy.Admin.AdminServer.MaxDeclarationBytes - 10)}]");
        Assert.NotNull(AccessFile.Read(path, problems));

        File.AppendAllText(path, "\n");
        Assert.Null(AccessFile.Read(path, problems));
        Assert.Contains("at most 8388608", Assert.Single(problems.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/groups/0/include/1", "access.yaml:4:9: wrong")]
    [InlineData("/groups/0/include/1/service_token", "access.yaml:4:24: wrong")]
    [InlineData("/groups/0/include/1/service_token/token_id", "access.yaml:4:36: wrong")]
    [InlineData("/groups/0/include", "access.yaml:3:7: wrong")]
    [InlineData("/groups/0/require", "access.yaml:2:5: wrong")]
    [InlineData("/groups/7/name", "access.yaml:2:3: wrong")]
    [InlineData("", "access.yaml:1:1: wrong")]
    [InlineData("/elsewhere", "access.yaml:1:1: wrong")]
    public void A_pointer_leads_to_a_place_or_as_near_as_there_is_one(string pointer, string expected)
    {
        var problems = new ConfigurationProblems("access.yaml");
        var file = AccessFile.Parse(
            """
            groups:
              - include:
                  - everyone: {}
                  - service_token: { token_id: ci }
            """,
            problems)!;

        file.Report(pointer, "wrong");

        Assert.Equal(expected, Assert.Single(problems.Errors).ToString());
    }

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i =>
            $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        var problems = new ConfigurationProblems("access.yaml");

        Assert.Null(AccessFile.Parse(text, problems));
        Assert.Contains("aliases", Assert.Single(problems.Errors).Message, StringComparison.Ordinal);
    }

    private static AccessFile Parse(string text)
    {
        var problems = new ConfigurationProblems("access.yaml");
        var file = AccessFile.Parse(text, problems);
        Assert.Empty(problems.Errors);
        return file!;
    }
}
