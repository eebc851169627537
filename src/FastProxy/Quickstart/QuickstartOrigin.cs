using FastProxy.Access.Applications;
using FastProxy.Transport.Dialing;

namespace FastProxy.Quickstart;

/// <summary>Whether there is anything where the quickstart's sessions lead: its user hears it now, and not from ssh.</summary>
internal static class QuickstartOrigin
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Why the origin does not answer now, one line; null where it does, or where clients name it.</summary>
    public static async Task<string?> WhyUnreachableAsync(Origin origin, CancellationToken cancellationToken)
    {
        if (origin.IsBastion)
        {
            return null;
        }

        var target = origin.Path is { } path ? DialTarget.Unix(path) : DialTarget.Tcp(origin.Host!, origin.Port);
        var result = await new Dialer(DialerOptions.Default with { ConnectTimeout = s_patience }, TimeProvider.System).DialAsync(target, cancellationToken);
        result.Socket?.Dispose();
        return result.Socket is null ? result.Message : null;
    }
}
