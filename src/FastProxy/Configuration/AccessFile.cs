using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FastProxy.Admin;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>
/// Reads <c>access.yaml</c> as the JSON document it stands for, and knows where in the file each part of it is. What the document may say
/// is the API's to judge: it knows the names.
/// </summary>
internal sealed partial class AccessFile
{
    // An alias of YAML stands for a copy, and copies of copies grow without bound. What has more nodes is too long for the API anyway.
    private const int MaxNodes = 1 << 20;

    private readonly ConfigurationProblems _problems;
    private readonly Dictionary<string, YamlNode> _places = new(StringComparer.Ordinal);

    private AccessFile(ConfigurationProblems problems) => _problems = problems;

    /// <summary>The document.</summary>
    public JsonObject Document { get; private set; } = [];

    /// <summary>Reads a file; null, with every error reported, where it is no YAML.</summary>
    public static AccessFile? Read(string path, ConfigurationProblems problems) =>
        ConfigurationText.Read(path, problems, AdminServer.MaxDeclarationBytes) is { } text ? Parse(text, problems) : null;

    /// <summary>Reads what comes to its end, such as standard input; null, with every error reported, where it is no YAML.</summary>
    public static AccessFile? Read(Func<TextReader> open, ConfigurationProblems problems) =>
        ConfigurationText.Read(open, problems, AdminServer.MaxDeclarationBytes) is { } text ? Parse(text, problems) : null;

    /// <summary>Reads the text; null, with every error reported, where it is no YAML.</summary>
    public static AccessFile? Parse(string text, ConfigurationProblems problems)
    {
        if (YamlDocument.Parse(text, problems) is not { } root)
        {
            return null;
        }
        var file = new AccessFile(problems);
        file.Document = (JsonObject)file.Node(root, "")!;
        return problems.HasErrors ? null : file;
    }

    /// <summary>Reports an error at the place in the file that a JSON pointer leads to, or as near to it as there is one.</summary>
    public void Report(string pointer, string message)
    {
        for (var end = pointer.Length; end >= 0; end = end == 0 ? -1 : pointer.LastIndexOf('/', end - 1))
        {
            if (_places.TryGetValue(pointer[..end], out var place))
            {
                _problems.Error(place, message);
                return;
            }
        }
        _problems.Error(1, 1, message);
    }

    private JsonNode? Node(YamlNode node, string pointer)
    {
        if (_places.Count == MaxNodes && !_problems.HasErrors)
        {
            _problems.Error(node, $"the file has more than {MaxNodes} values with its aliases written out");
        }
        if (_places.Count >= MaxNodes)
        {
            return null;
        }
        _places[pointer] = node;
        return node switch
        {
            YamlMap map => Map(map, pointer),
            YamlList list => List(list, pointer),
            _ => Scalar((YamlScalar)node),
        };
    }

    private JsonObject Map(YamlMap map, string pointer)
    {
        var members = new JsonObject();
        foreach (var (key, value) in map.Entries)
        {
            members[key.Text] = Node(value, $"{pointer}/{key.Text.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}");
        }
        return members;
    }

    private JsonArray List(YamlList list, string pointer)
    {
        var items = new JsonArray();
        for (var i = 0; i < list.Items.Count; i++)
        {
            items.Add(Node(list.Items[i], string.Create(CultureInfo.InvariantCulture, $"{pointer}/{i}")));
        }
        return items;
    }

    // YAML 1.2's core schema, as far as JSON has such values: what is quoted, and what is neither null, true, false nor a number, is text. A
    // number stays as it is written, whatever its size.
    private static JsonNode? Scalar(YamlScalar scalar) => scalar switch
    {
        { IsNull: true } => null,
        { IsPlain: true, Text: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        { IsPlain: true, Text: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        { IsPlain: true } when Number().IsMatch(scalar.Text) => JsonNode.Parse(scalar.Text),
        _ => JsonValue.Create(scalar.Text),
    };

    // RFC 8259 section 6.
    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
