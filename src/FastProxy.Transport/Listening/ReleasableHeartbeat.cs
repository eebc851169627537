using Microsoft.AspNetCore.Connections.Features;

namespace FastProxy.Transport.Listening;

/// <summary>
/// Kestrel's heartbeat, as something that can be let go: whoever asks for it (the HTTP layer, for its time-outs) is otherwise held by the
/// server for as long as the connection lives.
/// </summary>
internal sealed class ReleasableHeartbeat(IConnectionHeartbeatFeature server) : IConnectionHeartbeatFeature
{
    private volatile Action? _beat;

    public void OnHeartbeat(Action<object> action, object state)
    {
        if (_beat is { } before)
        {
            _beat = () =>
            {
                before();
                action(state);
            };
            return;
        }

        _beat = () => action(state);
        server.OnHeartbeat(static self => ((ReleasableHeartbeat)self)._beat?.Invoke(), this);
    }

    /// <summary>Beats for nobody any more. A beat that is under way on another thread may still be felt.</summary>
    public void Release() => _beat = null;
}
