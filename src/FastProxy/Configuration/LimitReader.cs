using FastProxy.Configuration.Yaml;
using FastProxy.Gateway;

namespace FastProxy.Configuration;

/// <summary>Reads <c>limits:</c>.</summary>
internal sealed class LimitReader(ConfigurationProblems problems)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>The limits, with <c>auto</c> resolved against the number of files the process may open.</summary>
    public LimitOptions Read(YamlReader root, long openFileLimit)
    {
        var auto = LimitOptions.ForOpenFileLimit(openFileLimit);
        if (root.Map("limits") is not { } map)
        {
            return auto;
        }
        var limits = auto with
        {
            Streams = map.CountOrAuto("streams") ?? auto.Streams,
            StreamsPerToken = map.Count("streams_per_token", auto.StreamsPerToken),
            StreamIdle = map.Duration("stream_idle", auto.StreamIdle, TimeSpan.Zero),
            HalfClosedTimeout = map.Duration("half_closed_timeout", auto.HalfClosedTimeout, TimeSpan.Zero),
            Sessions = map.CountOrAuto("sessions") ?? auto.Sessions,
            SessionsPerToken = map.Count("sessions_per_token", auto.SessionsPerToken),
            HandshakesInFlight = map.Count("handshakes_in_flight", auto.HandshakesInFlight),
            HandshakeTimeout = map.Duration("handshake_timeout", auto.HandshakeTimeout, s_shortest),
            OriginConnectTimeout = map.Duration("origin_connect_timeout", auto.OriginConnectTimeout, s_shortest),
            IdleTimeout = map.Duration("idle_timeout", auto.IdleTimeout, TimeSpan.Zero),
            Drain = map.Duration("drain", auto.Drain, TimeSpan.Zero),
        };
        map.Done();
        Fits(map, "sessions", limits.Sessions, 2, limits.Descriptors);
        Fits(map, "streams", limits.Streams, 1, limits.Descriptors);
        if (limits.SessionsPerToken > limits.StreamsPerToken && map.Node("sessions_per_token") is { } sessions)
        {
            problems.Warning(sessions, $"{map.PathOf("sessions_per_token")}: {limits.SessionsPerToken} sessions of fastproxy.v1 need as many streams, and limits.streams_per_token "
                + $"allows {limits.StreamsPerToken}: raise that too");
        }

        return limits;
    }

    private void Fits(YamlReader map, string key, int count, int descriptors, int budget)
    {
        if ((long)count * descriptors > budget && map.Node(key) is { } node)
        {
            problems.Warning(node, $"{map.PathOf(key)}: {count} need {(long)count * descriptors} file descriptors and RLIMIT_NOFILE leaves {budget}: "
                + "that is where the gateway stops admitting. Raise LimitNOFILE (systemd) or ulimit -n");
        }
    }
}
