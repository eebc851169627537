using System.CommandLine;
using FastProxy.Client;

namespace FastProxy.Cli;

/// <summary>The command tree, and how it is run.</summary>
internal static class CommandLine
{
    // "@x" is a value like any other and "-hostname" is not "-h ostname": both conveniences break command lines that work elsewhere.
    private static readonly ParserConfiguration s_grammar = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    // Signals and exceptions belong to the verbs: what one leaves uncaught is our bug and shall look like it.
    private static InvocationConfiguration Invocation => new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    /// <summary>The tree: one line a verb, each in its own file.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Access for machines: TCP through a gateway that knows who asks.")
        {
            QuickstartCommand.Create(),
            AccessCommand.Create(),
            GatewayCommand.Create(),
            BastionCommand.Create(),
            ConnectCommand.Create(),
            HealthCommand.Create(),
            TokenCommand.Create(),
            AppCommand.Create(),
            GroupCommand.Create(),
            PolicyCommand.Create(),
            ApiTokenCommand.Create(),
            ApplyCommand.Create(),
            StoreCommand.Create(),
            VersionCommand.Create(),
        };
        for (var i = root.Options.Count - 1; i >= 0; i--)
        {
            // --version is answered before this tree is built.
            if (root.Options[i] is VersionOption)
            {
                root.Options.RemoveAt(i);
            }
        }

        return root;
    }

    /// <summary>Parses and runs. A command line that does not parse is one line on stderr and <see cref="ExitCode.Usage"/>.</summary>
    /// <exception cref="OutputFailure">Standard output cannot be written.</exception>
    public static Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is ["help", .. var topic])
        {
            args = [.. topic, "--help"];
        }

        var result = Create().Parse(args, s_grammar);
        if (UsageText.Of(args, result) is not { } mistake)
        {
            return InvokeAsync(result, cancellationToken);
        }

        var path = PathOf(result);
        return Task.FromResult(new CommandError(ExitCode.Usage, path.Length > 0 ? path : "usage", mistake)
        {
            NextStep = $"Try: fastproxy {path}{(path.Length > 0 ? " " : string.Empty)}--help",
        }.Report());
    }

    private static async Task<int> InvokeAsync(ParseResult result, CancellationToken cancellationToken)
    {
        try
        {
            return await result.InvokeAsync(Invocation, cancellationToken);
        }
        catch (Exception exception) when (OutputFailure.IsExpected(exception) && result.Action is System.CommandLine.Help.HelpAction)
        {
            throw new OutputFailure(exception);
        }
    }

    private static string PathOf(ParseResult result)
    {
        var names = new List<string>();
        for (var node = result.CommandResult; node?.Parent is not null; node = node.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Add(node.Command.Name);
        }

        names.Reverse();
        return string.Join(' ', names);
    }
}
