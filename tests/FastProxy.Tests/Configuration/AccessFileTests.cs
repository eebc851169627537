using FastProxy.Configuration;

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
            """{"groups":[{"name":"office","is_default":true,"include":[{"ip":{"ip":"10.0.0.0/8"}},{"everyone":{}}]}],"applications":[{"name":"7","domain":"NO.example.com","precedence":12,"session_duration":"08h","origin":null,"version":"1.0"}]}""",
            file.Document.ToJsonString());
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
