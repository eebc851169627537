namespace FastProxy.Tests;

/// <summary>Tests that look at what is the whole process's: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(ProcessCollection), DisableParallelization = true)]
public sealed class ProcessCollection;
