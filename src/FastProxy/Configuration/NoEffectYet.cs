using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>Warns about keys that are read and checked, and do nothing in this version.</summary>
internal static class NoEffectYet
{
    /// <summary>Warns that a key has no effect, and says what is the case instead.</summary>
    public static void Warn(ConfigurationProblems problems, YamlNode at, string path, string instead) =>
        problems.Warning(at, $"{path}: has no effect in this version: {instead}");
}
