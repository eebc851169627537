namespace FastProxy.Cli.Carrying;

/// <summary>The levels of <c>--log-level</c>.</summary>
internal enum SessionLogLevel
{
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}
