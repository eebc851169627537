using System.CommandLine;
using System.Text.Json;
using FastProxy.Cli.Api;
using FastProxy.Cli.Applying;
using FastProxy.Client;
using FastProxy.Configuration;

namespace FastProxy.Cli;

/// <summary><c>fastproxy apply</c>: groups, reusable policies and applications as a file has them.</summary>
internal static class ApplyCommand
{
    /// <summary>What stands for it in the place of a file's name.</summary>
    private const string StandardInput = "-";

    public static Command Create()
    {
        var file = new Option<string>("--file", "-f") { Description = "What shall hold: groups, policies, applications; - for standard input.", HelpName = "FILE", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change, and change nothing." };
        return ApiCommand.Create(
            "apply",
            "Make groups, policies and applications what a file says: all of it or nothing. Of a kind the file lists, what it does not list is removed; other kinds stay.",
            [file, dryRun, ApiCommand.Json],
            (result, api, cancellationToken) =>
                RunAsync(result.GetValue(file)!, result.GetValue(dryRun), result.GetValue(ApiCommand.Json), api, cancellationToken));
    }

    private static async Task<ExitCode> RunAsync(string path, bool dryRun, bool json, ApiClient api, CancellationToken cancellationToken)
    {
        var problems = new ConfigurationProblems(path == StandardInput ? "standard input" : path);
        var read = path == StandardInput ? AccessFile.Read(() => Console.In, problems) : AccessFile.Read(path, problems);
        var result = read is { } file ? await ApplyAsync(file, dryRun, api, cancellationToken) : null;
        problems.Report();
        if (result is not { } done)
        {
            return ExitCode.Usage;
        }
        if (json)
        {
            ApiCommand.Print(done);
        }
        else
        {
            Print([.. done.GetProperty("changes").EnumerateArray().Select(ChangeText.Format)], dryRun);
        }
        return ExitCode.Ok;
    }

    /// <summary>The result; null, with the problems reported in the file, where it is the file that was refused.</summary>
    private static async Task<JsonElement?> ApplyAsync(AccessFile file, bool dryRun, ApiClient api, CancellationToken cancellationToken)
    {
        try
        {
            return await api.DeclareAsync(file.Document, dryRun, cancellationToken);
        }
        catch (ApiFailure failure) when (failure.IsOutcomeUnknown)
        {
            throw new ApiFailure(failure.What, failure.Why) { NextStep = "It is all or nothing: --dry-run with the same file says what is still to be changed." };
        }
        catch (ApiFailure failure) when (failure.Problems.Count > 0)
        {
            foreach (var (pointer, message) in failure.Problems)
            {
                file.Report(pointer, message);
            }
            return null;
        }
    }

    private static void Print(IReadOnlyList<string> lines, bool dryRun)
    {
        // https://no-color.org, and never into a file or a pipe.
        var inColour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        foreach (var line in lines)
        {
            StandardOutput.WriteLine(inColour ? ChangeText.Colour(line) : line);
        }
        var count = lines.Count == 1 ? "1 change" : $"{lines.Count} changes";
        StandardOutput.WriteLine(lines.Count == 0 ? "Nothing to change." : dryRun ? $"{count} to make; nothing is written." : $"{count} made.");
    }
}
