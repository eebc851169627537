namespace FastProxy.Admin.Authentication;

/// <summary>Marks an endpoint that tells nothing but that somebody answers: whoever asks for a container's health has no API token.</summary>
internal sealed class NoToken
{
    private NoToken()
    {
    }

    /// <summary>The mark.</summary>
    public static NoToken Instance { get; } = new();
}
