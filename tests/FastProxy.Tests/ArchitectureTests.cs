using System.Reflection;

namespace FastProxy.Tests;

/// <summary>The directions between the assemblies: each may know those to its left, and nobody else.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("FastProxy.WebSockets", "")]
    [InlineData("FastProxy.Access", "")]
    [InlineData("FastProxy.Transport", "FastProxy.WebSockets")]
    [InlineData("FastProxy.Client", "FastProxy.Transport FastProxy.WebSockets")]
    [InlineData("FastProxy.Storage", "FastProxy.Access")]
    [InlineData("FastProxy.Gateway", "FastProxy.Transport FastProxy.WebSockets FastProxy.Access")]
    [InlineData("FastProxy.Admin", "FastProxy.Gateway FastProxy.Access")]
    public void Knows_only_what_it_stands_on(string assembly, string allowed)
    {
        var referenced = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("FastProxy", StringComparison.OrdinalIgnoreCase));
        Assert.Subset(allowed.Split(' ').ToHashSet(), referenced.ToHashSet());
    }

    [Theory]
    [InlineData("FastProxy.WebSockets")]
    [InlineData("FastProxy.Access")]
    public void Pure_assemblies_know_no_web_framework(string assembly)
    {
        var referenced = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!);
        Assert.DoesNotContain(referenced, name => name.StartsWith("Microsoft.", StringComparison.Ordinal));
    }
}
