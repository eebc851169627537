using FastProxy.Testing.Networks;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>A test with a network of its own; skipped, with the reason, only where the machine cannot make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NetworkFactAttribute : FactAttribute
{
    /// <summary>Asks whether one can be made.</summary>
    public NetworkFactAttribute() => Skip = VethNetwork.Missing;
}
