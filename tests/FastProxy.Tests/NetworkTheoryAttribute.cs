using FastProxy.Testing.Networks;

namespace FastProxy.Tests;

/// <summary>A theory with a network of its own; skipped, with the reason, only where the machine cannot make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkTheoryAttribute : TheoryAttribute
{
    public NetworkTheoryAttribute() => Skip = VethNetwork.Missing;
}
