using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FastProxy.Configuration.Yaml;

/// <summary>
/// Builds the tree of one document from the parser's events. Strict where YAML is lax: a second document, a duplicate key and a
/// key that is no plain value are errors. Aliases share their anchor's node, so that nothing is ever multiplied.
/// </summary>
internal sealed class YamlDocument
{
    // Far above what any of our files nests, far below what would exhaust the stack.
    private const int MaxDepth = 32;

    // Ends of lines in YAML 1.1, which the parser speaks; text like any other in YAML 1.2 (section 5.4) and in JSON.
    private const string OldBreaks = "\u0085\u2028\u2029";

    private readonly Parser _parser;
    private readonly ConfigurationProblems _problems;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);

    // What the parser sees in the place of each of the old breaks; empty where the text has none of them.
    private readonly string _standIns;

    private YamlDocument(string text, ConfigurationProblems problems)
    {
        _problems = problems;
        _standIns = text.AsSpan().ContainsAny(OldBreaks) ? StandIns(text) : "";
        for (var i = 0; i < _standIns.Length; i++)
        {
            text = text.Replace(OldBreaks[i], _standIns[i]);
        }
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The document's root map; null, with the reason reported, where the text has none.</summary>
    public static YamlMap? Parse(string text, ConfigurationProblems problems)
    {
        try
        {
            return new YamlDocument(text, problems).Root();
        }
        catch (YamlException e)
        {
            problems.Error((int)Math.Max(e.Start.Line, 1), (int)Math.Max(e.Start.Column, 1), $"not valid YAML: {Reason(e)}");
            return null;
        }
    }

    // Of the private use area, none that the text has itself: every place stays where it is, and the text comes back as it was.
    private static string StandIns(string text) =>
        new([.. Enumerable.Range('\uE000', 0x1900).Select(code => (char)code).Where(code => !text.Contains(code)).Take(OldBreaks.Length)]);

    // YamlDotNet puts the place in front of some messages; ours stands there already.
    private static string Reason(YamlException e)
    {
        var message = e.Message.ReplaceLineEndings(" ");
        var end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return end < 0 ? message : message[(end + 3)..];
    }

    private YamlMap? Root()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _problems.Error(1, 1, "the file is empty");
            return null;
        }
        var root = Node(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            _problems.Error((int)second.Start.Line, (int)second.Start.Column, "a second document: one file holds one");
        }
        if (root is YamlMap map)
        {
            return map;
        }
        _problems.Error(root, $"expected a map of settings, found {root.Kind}");
        return null;
    }

    private YamlNode Node(int depth)
    {
        var at = _parser.Current!;
        if (depth > MaxDepth)
        {
            throw new YamlException(at.Start, at.End, $"nested deeper than {MaxDepth} levels");
        }
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out var shared)
                ? shared
                : throw new YamlException(alias.Start, alias.End, $"the alias *{alias.Value.Value} has no anchor before it");
        }
        var anchor = at is NodeEvent { Anchor: { IsEmpty: false } name } ? name.Value : null;
        YamlNode node = at switch
        {
            SequenceStart => List(depth),
            MappingStart => Map(depth),
            _ => Scalar(),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }
        return node;
    }

    private YamlScalar Scalar()
    {
        var scalar = _parser.Consume<Scalar>();
        var text = scalar.Value;
        for (var i = 0; i < _standIns.Length; i++)
        {
            text = text.Replace(_standIns[i], OldBreaks[i]);
        }
        return new YamlScalar((int)scalar.Start.Line, (int)scalar.Start.Column, text, scalar.Style == ScalarStyle.Plain);
    }

    private YamlList List(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }
        return new YamlList((int)start.Start.Line, (int)start.Start.Column, items);
    }

    private YamlMap Map(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<(YamlScalar, YamlNode)>();
        var seen = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(depth + 1);
            var value = Node(depth + 1);
            if (key is not YamlScalar name)
            {
                _problems.Error(key, $"expected a key, found {key.Kind}");
            }
            else if (!seen.TryAdd(name.Text, name))
            {
                _problems.Error(name, $"duplicate key '{name.Text}': it stands in line {seen[name.Text].Line} already");
            }
            else
            {
                entries.Add((name, value));
            }
        }
        return new YamlMap((int)start.Start.Line, (int)start.Start.Column, entries);
    }
}
