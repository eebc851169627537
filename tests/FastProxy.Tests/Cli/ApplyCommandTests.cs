using System.Text.Json;
using FastProxy.Tests.Admin;

namespace FastProxy.Tests.Cli;

/// <summary><c>fastproxy apply</c>, against a real API.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class ApplyCommandTests : IAsyncLifetime
{
    private const string Example =
        """
        groups:
          - name: machines
            include:
              - service_token: { token_id: ci }
        applications:
          - name: gitlab
            domain: gitlab.example.com
            origin: ssh://10.0.0.5:22
            policies:
              - name: machines
                decision: non_identity
                include:
                  - group: { id: machines }

        """;

    private readonly RunningAdmin _admin = new();

    private string File => Path.Combine(_admin.Directory, "access.yaml");

    public async Task InitializeAsync()
    {
        await _admin.InitializeAsync();
        await _admin.DoAsync("POST", "service_tokens", """{"name":"ci"}""");
    }

    public Task DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task A_hyphen_is_standard_input()
    {
        var old = Console.In;
        try
        {
            Console.SetIn(new StringReader("groups: []"));
            Assert.Equal((0, "Nothing to change.\n", ""), await Terminal.RunAsync("apply", "-f", "-", "--api", $"unix:{_admin.SocketPath}"));
            Console.SetIn(new StringReader("grups: ["));
            var (code, _, error) = await Terminal.RunAsync("apply", "-f", "-", "--api", $"unix:{_admin.SocketPath}");
            Assert.Equal(2, code);
            Assert.StartsWith("fastproxy: standard input:", error, StringComparison.Ordinal);
        }
        finally
        {
            Console.SetIn(old);
        }
    }

    [Fact]
    public async Task A_file_is_shown_applied_and_found_in_force()
    {
        const string Changes =
            """
            + group machines: include service-token:ci
            + application gitlab: domain gitlab.example.com; origin ssh://10.0.0.5:22
            + policy gitlab/machines: decision non_identity; precedence 1; include group:machines

            """;

        Assert.Equal((0, $"{Changes}3 changes to make; nothing is written.\n", ""), await RunAsync(Example, "--dry-run"));
        Assert.Empty(_admin.Store.Current.Applications);
        Assert.Equal((0, $"{Changes}3 changes made.\n", ""), await RunAsync(Example));
        Assert.Equal((0, "Nothing to change.\n", ""), await RunAsync(Example));
        Assert.Equal((0, "Nothing to change.\n", ""), await RunAsync(Example, "--dry-run"));
        Assert.Equal((0, "~ group machines: include +ip:10.0.0.0/8\n1 change made.\n", ""), await RunAsync(
            Example.Replace("{ token_id: ci }\n", "{ token_id: ci }\n      - ip: { ip: 10.0.0.0/8 }\n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Json_is_one_document()
    {
        var (code, output, _) = await RunAsync(Example, "--json", "--dry-run");

        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        Assert.True(document.RootElement.GetProperty("dry_run").GetBoolean());
        Assert.Equal(3, document.RootElement.GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public async Task A_file_that_cannot_be_meant_is_told_with_line_and_column_and_exits_2()
    {
        var (code, output, error) = await RunAsync(Example.Replace("token_id: ci", "token_id: cii", StringComparison.Ordinal).Replace("decision:", "desicion:", StringComparison.Ordinal));

        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            $"""
            fastproxy: {File}:4:9: there is no service token 'cii', did you mean 'ci'?
            fastproxy: {File}:10:9: 'decision' is missing
            fastproxy: {File}:11:19: there is no field 'desicion', did you mean 'decision'?

            """,
            error);
        Assert.Empty(_admin.Store.Current.Groups);
    }

    [Fact]
    public async Task A_file_that_is_no_yaml_or_is_not_there_exits_2()
    {
        Assert.Equal(2, (await RunAsync("groups: [\n")).Code);

        var (code, _, error) = await Terminal.RunAsync("apply", "-f", "/nowhere/access.yaml", "--api", $"unix:{_admin.SocketPath}");
        Assert.Equal(2, code);
        Assert.StartsWith("fastproxy: /nowhere/access.yaml:1:1: cannot be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_state_refuses_is_one_line_and_exits_1()
    {
        await RunAsync(Example);

        var (code, _, error) = await RunAsync("groups: []\n");

        Assert.Equal((1, "fastproxy: apply: the group 'machines', which would be removed, is named by application 'gitlab' policy 'machines'\n"), (code, error));
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(string text, params string[] options)
    {
        await System.IO.File.WriteAllTextAsync(File, text);
        return await Terminal.RunAsync(["apply", "-f", File, .. options, "--api", $"unix:{_admin.SocketPath}"]);
    }
}
