namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>A service token's two halves as <c>token create</c> prints them.</summary>
/// <param name="Id">The client id, <c>&lt;32 hex&gt;.access</c>.</param>
/// <param name="Secret">The client secret.</param>
public sealed record ServiceToken(string Id, string Secret)
{
    /// <summary>The two headers that carry it.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers => [("Cf-Access-Client-Id", Id), ("Cf-Access-Client-Secret", Secret)];
}
