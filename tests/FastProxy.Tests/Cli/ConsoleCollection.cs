namespace FastProxy.Tests.Cli;

/// <summary>Tests that take the process's console over: never two at once.</summary>
[CollectionDefinition(nameof(ConsoleCollection), DisableParallelization = true)]
public sealed class ConsoleCollection;
