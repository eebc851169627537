namespace FastProxy.Configuration;

/// <summary>What a configuration file's defaults depend on, apart from the file.</summary>
internal sealed record ConfigurationEnvironment
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public required long OpenFileLimit { get; init; }

    /// <summary>Looks an environment variable up; null where it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Knows users and groups by name.</summary>
    public AccountDatabase Accounts { get; init; } = new();

    /// <summary>This process's environment.</summary>
    public static ConfigurationEnvironment Current() => new()
    {
        OpenFileLimit = Hosting.OpenFileLimit.Raise(),
        Variable = Environment.GetEnvironmentVariable,
    };
}
