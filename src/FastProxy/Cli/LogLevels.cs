using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace FastProxy.Cli;

/// <summary>The <c>--log-level</c> of the verbs that serve.</summary>
internal static class LogLevels
{
    public static Option<string> Option()
    {
        var level = new Option<string>("--log-level")
        {
            Description = "What is logged to stderr.",
            HelpName = "trace|debug|info|warn|error",
            DefaultValueFactory = _ => "info",
        };
        UsageText.AcceptOnly(level, "trace", "debug", "info", "warn", "error");
        return level;
    }

    public static LogLevel Parse(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };
}
