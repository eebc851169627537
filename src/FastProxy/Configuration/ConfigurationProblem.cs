namespace FastProxy.Configuration;

/// <summary>Something wrong with a file, at a place in it; line and column count from 1.</summary>
internal readonly record struct ConfigurationProblem(string File, int Line, int Column, string Message)
{
    /// <summary><c>file:line:column: message</c>, as editors and terminals make it clickable.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
