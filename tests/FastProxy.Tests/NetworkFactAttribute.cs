using FastProxy.Testing.Networks;

namespace FastProxy.Tests;

/// <summary>A test with a network of its own; skipped, with the reason, only where the machine cannot make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute() => Skip = VethNetwork.Missing;
}
