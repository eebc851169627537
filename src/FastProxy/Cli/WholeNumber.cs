using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastProxy.Cli;

/// <summary>Numbers of the command line, whose mistakes the parser would tell by the names of its types.</summary>
internal static class WholeNumber
{
    /// <summary>The argument, which takes a whole number.</summary>
    public static Argument<int> Of(Argument<int> argument)
    {
        argument.CustomParser = result => Parse(result, argument.Name) ?? 0;
        return argument;
    }

    /// <summary>The option, which takes a whole number.</summary>
    public static Option<int?> Of(Option<int?> option)
    {
        option.CustomParser = result => Parse(result, option.Name);
        return option;
    }

    private static int? Parse(ArgumentResult result, string name)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        // Without what was given: at --secret-fd it may be the secret.
        result.AddError($"{name} is a whole number");
        return null;
    }
}
