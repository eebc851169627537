namespace FastProxy.Configuration.Yaml;

/// <summary>A node of a YAML document and where it stands; line and column count from 1.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, as an error says it after "found".</summary>
    public abstract string Kind { get; }
}
