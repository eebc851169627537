using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using FastProxy.Access;

namespace FastProxy.Cli;

/// <summary>
/// What is wrong with a command line that does not parse, in our words: the parser speaks of arguments, commands and options without their
/// names, and takes an option that it does not know for an argument. A word that has no place is never quoted unless it is almost one that
/// has: where an option was left out, it is the secret.
/// </summary>
internal static class UsageText
{
    // All that our options, and those that people know from elsewhere, are made of; secrets have digits, or capitals, or are longer.
    private const int LongestOption = 32;
    private static readonly SearchValues<char> s_optionCharacters = SearchValues.Create("-abcdefghijklmnopqrstuvwxyz");

    /// <summary>The first mistake that a person would mend; null where there is none.</summary>
    public static string? Of(string[] args, ParseResult result)
    {
        if (UnknownWord(args, result) is { } unknown)
        {
            return unknown;
        }

        return result.Errors.Count == 0 || result.Action is System.CommandLine.Help.HelpAction ? null
            : Missing(result) ?? Surplus(result) ?? result.Errors[0].Message;
    }

    /// <summary>The option takes one of these words and no other.</summary>
    public static void AcceptOnly(Option<string> option, params string[] words)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !words.Contains(token.Value))
            {
                result.AddError($"{option.Name} is {string.Join(", ", words[..^1])} or {words[^1]}, and not '{token.Value}'");
            }
        });
        option.CompletionSources.Add(words);
    }

    private static string? UnknownWord(string[] args, ParseResult result)
    {
        var verbs = result.CommandResult.Command.Subcommands;
        if (verbs.Count > 0 && result.UnmatchedTokens is [var word, ..] && !word.StartsWith('-'))
        {
            // What follows a verb that there is not are its options, and no mistakes of their own.
            return EditDistance.Nearest(word, Names(verbs)) is { } nearest
                ? $"there is no command '{word}', did you mean '{nearest}'?"
                : $"there is no such command; there are: {string.Join(", ", Names(verbs))}";
        }

        var misread = result.CommandResult.Tokens.Any(token => token.Value.StartsWith("--", StringComparison.Ordinal));
        if (result.Errors.Count == 0 && !misread)
        {
            return null;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var node = result.CommandResult; node is not null; node = node.Parent as CommandResult)
        {
            foreach (var option in node.Command.Options)
            {
                known.Add(option.Name);
                known.UnionWith(option.Aliases);
            }
        }

        foreach (var option in args.TakeWhile(arg => arg != "--").Where(arg => arg.StartsWith("--", StringComparison.Ordinal)))
        {
            var name = WithoutValue(option);
            if (!known.Contains(name))
            {
                // The dashes, which all have, say nothing of likeness.
                var nearest = EditDistance.Nearest(name[2..], known.Where(other => other.StartsWith("--", StringComparison.Ordinal)).Select(other => other[2..]));
                return $"{NoOption(name)}{(nearest is null ? "" : $", did you mean --{nearest}?")}";
            }
        }

        return null;
    }

    private static string? Missing(ParseResult result)
    {
        var command = result.CommandResult.Command;
        if (command.Action is null && command.Subcommands.Count > 0)
        {
            return $"a command is missing; there are: {string.Join(", ", Names(command.Subcommands))}";
        }

        foreach (var argument in command.Arguments)
        {
            if (argument.Arity.MinimumNumberOfValues > 0 && result.GetResult(argument) is not { Tokens.Count: > 0 })
            {
                return $"{argument.Name} is missing{Meaning(argument)}";
            }
        }

        foreach (var option in command.Options)
        {
            var given = result.GetResult(option);
            if (option.Required && given is null or { Implicit: true })
            {
                return $"{option.Name} {option.HelpName} is missing{Meaning(option)}";
            }

            if (given is { Implicit: false, Tokens.Count: 0 } && option.Arity.MinimumNumberOfValues > 0)
            {
                return $"{option.Name} is given without {option.HelpName ?? "its value"}{Meaning(option)}";
            }
        }

        return null;
    }

    private static string? Surplus(ParseResult result)
    {
        var command = result.CommandResult.Command;
        if (result.UnmatchedTokens is [var word, ..])
        {
            return word.StartsWith('-') ? NoOption(WithoutValue(word))
                : $"a word too many: it takes {string.Concat(command.Arguments.Select(argument => $"{argument.Name}, "))}options and nothing else";
        }

        var repeated = command.Options.FirstOrDefault(option => result.GetResult(option) is { } given && given.Tokens.Count > option.Arity.MaximumNumberOfValues);
        return repeated is null ? null : $"{repeated.Name} is given more than once";
    }

    /// <summary>An option without what stands behind its <c>=</c>.</summary>
    private static string WithoutValue(string option)
    {
        var end = option.AsSpan().IndexOfAny('=', ':');
        return end < 0 ? option : option[..end];
    }

    /// <summary>Names an option that there is not, if it is one: a secret may begin with dashes too.</summary>
    private static string NoOption(string name) =>
        name.Length <= LongestOption && !name.AsSpan().ContainsAnyExcept(s_optionCharacters) ? $"there is no option {name}" : "there is no such option";

    // Its first sentence, in the middle of a line.
    private static string Meaning(Symbol symbol)
    {
        if (symbol.Description is not { Length: > 0 } text)
        {
            return "";
        }

        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return $": {char.ToLowerInvariant(text[0])}{(end < 0 ? text : text[..end])[1..].TrimEnd('.')}";
    }

    private static IEnumerable<string> Names(IEnumerable<Command> verbs) => verbs.Where(verb => !verb.Hidden).Select(verb => verb.Name);
}
