namespace FastProxy.Configuration.Yaml;

/// <summary>A single value, always as the text that was written.</summary>
internal sealed record YamlScalar(int Line, int Column, string Text, bool IsPlain) : YamlNode(Line, Column)
{
    /// <summary>Whether nothing was written, or an unquoted null.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Kind => IsNull ? "nothing" : $"'{Text}'";
}
