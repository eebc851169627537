namespace FastProxy.Admin.Authentication;

/// <summary>Marks an endpoint that changes nothing although its method could: an API token that may only read is enough for it.</summary>
internal sealed class ReadsOnly
{
    private ReadsOnly()
    {
    }

    /// <summary>The mark.</summary>
    public static ReadsOnly Instance { get; } = new();
}
