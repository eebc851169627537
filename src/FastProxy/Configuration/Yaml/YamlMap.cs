namespace FastProxy.Configuration.Yaml;

/// <summary>A map with its entries in the order of the file. Keys are unique: the parser reports a second one.</summary>
internal sealed record YamlMap(int Line, int Column, IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Kind => "a map";
}
