using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;

namespace FastProxy.Cli.Rules;

/// <summary><c>--include</c>, <c>--require</c> and <c>--exclude</c> of the verbs that take rules.</summary>
internal sealed class RuleOptions
{
    private const string Form = $"RULE: {RuleArgument.Known}.";

    private readonly Option<string[]> _include;
    private readonly Option<string[]> _require = Create("--require", $"All of these must hold as well. {Form}");
    private readonly Option<string[]> _exclude = Create("--exclude", $"None of these may hold. {Form}");

    /// <summary>The options of one verb.</summary>
    /// <param name="includeIsRequired">Whether the verb makes something new, which needs an include.</param>
    public RuleOptions(bool includeIsRequired)
    {
        _include = Create("--include", $"Any of these is enough. {Form}");
        _include.Required = includeIsRequired;
    }

    /// <summary>The three options.</summary>
    public IEnumerable<Symbol> All => [_include, _require, _exclude];

    /// <summary>
    /// Puts the rules of the command line into a body. What the command line does not speak of stays as <paramref name="existing"/> has
    /// it.
    /// </summary>
    public void Fill(JsonObject body, ParseResult result, RuleNames names, JsonElement? existing = null)
    {
        foreach (var (option, field) in new[] { (_include, "include"), (_require, "require"), (_exclude, "exclude") })
        {
            if (result.GetResult(option) is not null)
            {
                body[field] = names.ToJson(result.GetValue(option) ?? []);
            }
            else if (existing is { } old)
            {
                body[field] = JsonNode.Parse(old.GetProperty(field).GetRawText());
            }
        }
    }

    private static Option<string[]> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "RULE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };
}
