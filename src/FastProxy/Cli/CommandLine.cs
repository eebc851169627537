using System.CommandLine;
using FastProxy.Access;
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
        var unknown = UnknownWord(args, result);
        if (unknown is null && (result.Errors.Count == 0 || result.Action is System.CommandLine.Help.HelpAction))
        {
            return InvokeAsync(result, cancellationToken);
        }

        var path = PathOf(result);
        return Task.FromResult(new CommandError(ExitCode.Usage, path.Length > 0 ? path : "usage", unknown ?? result.Errors[0].Message)
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

    /// <summary>
    /// Names the word that is wrong. The parser by itself blames the next one: it takes an option it does not know for an argument, and
    /// of a verb it does not know it says only that one is required.
    /// </summary>
    private static string? UnknownWord(string[] args, ParseResult result)
    {
        var verbs = result.CommandResult.Command.Subcommands;
        if (verbs.Count > 0 && result.UnmatchedTokens is [var word, ..] && !word.StartsWith('-'))
        {
            // What follows a verb that there is not are its options, and no mistakes of their own.
            return EditDistance.Nearest(word, verbs.Where(verb => !verb.Hidden).Select(verb => verb.Name)) is { } nearest
                ? $"there is no command '{word}', did you mean '{nearest}'?"
                : $"there is no command '{word}'";
        }

        var misread = result.CommandResult.Tokens.Any(token => token.Value.StartsWith("--", StringComparison.Ordinal));
        if (result.Errors.Count == 0 && !misread)
        {
            return null;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var node = result.CommandResult; node is not null; node = node.Parent as System.CommandLine.Parsing.CommandResult)
        {
            foreach (var option in node.Command.Options)
            {
                known.Add(option.Name);
                known.UnionWith(option.Aliases);
            }
        }

        foreach (var option in args.TakeWhile(arg => arg != "--").Where(arg => arg.StartsWith("--", StringComparison.Ordinal)))
        {
            var end = option.AsSpan().IndexOfAny('=', ':');
            var name = end < 0 ? option : option[..end];
            if (!known.Contains(name))
            {
                return $"there is no option {name}";
            }
        }

        return null;
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
