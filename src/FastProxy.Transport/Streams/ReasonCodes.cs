namespace FastProxy.Transport.Streams;

/// <summary>The one table of reason codes: name on the wire and HTTP status of each <see cref="ReasonCode"/>.</summary>
public static class ReasonCodes
{
    private static readonly (string Name, int Status)[] s_table = BuildTable();

    /// <summary>How many codes there are: their values are 0 to one less.</summary>
    public static int Count => s_table.Length;

    /// <summary>The name on the wire, e.g. <c>token_unknown</c>.</summary>
    public static string ToName(this ReasonCode code) => s_table[(int)code].Name;

    /// <summary>The HTTP status that carries the code, or 0 for a code that only exists after the 101.</summary>
    public static int ToHttpStatus(this ReasonCode code) => s_table[(int)code].Status;

    /// <summary>Finds the code of a name on the wire. False (and <see cref="ReasonCode.Protocol"/>) for a name this version does not know.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out ReasonCode code)
    {
        for (var i = 0; i < s_table.Length; i++)
        {
            if (name.SequenceEqual(s_table[i].Name))
            {
                code = (ReasonCode)i;
                return true;
            }
        }

        code = ReasonCode.Protocol;
        return false;
    }

    private static (string Name, int Status)[] BuildTable()
    {
        var table = new (string Name, int Status)[(int)ReasonCode.GatewayProtocol + 1];
        table[(int)ReasonCode.Ok] = ("ok", 0);
        table[(int)ReasonCode.Protocol] = ("protocol", 400);
        table[(int)ReasonCode.DestinationMissing] = ("destination_missing", 400);
        table[(int)ReasonCode.CredentialsMissing] = ("credentials_missing", 401);
        table[(int)ReasonCode.CredentialsMalformed] = ("credentials_malformed", 401);
        table[(int)ReasonCode.TokenUnknown] = ("token_unknown", 401);
        table[(int)ReasonCode.TokenExpired] = ("token_expired", 401);
        table[(int)ReasonCode.TokenDisabled] = ("token_disabled", 401);
        table[(int)ReasonCode.SessionExpired] = ("session_expired", 401);
        table[(int)ReasonCode.PolicyDenied] = ("policy_denied", 403);
        table[(int)ReasonCode.DestinationDenied] = ("destination_denied", 403);
        table[(int)ReasonCode.AppUnknown] = ("app_unknown", 404);
        table[(int)ReasonCode.Misdirected] = ("misdirected", 421);
        table[(int)ReasonCode.LimitSessions] = ("limit_sessions", 429);
        table[(int)ReasonCode.LimitRate] = ("limit_rate", 429);
        table[(int)ReasonCode.OriginUnset] = ("origin_unset", 502);
        table[(int)ReasonCode.OriginRefused] = ("origin_refused", 502);
        table[(int)ReasonCode.OriginName] = ("origin_name", 502);
        table[(int)ReasonCode.OriginTls] = ("origin_tls", 502);
        table[(int)ReasonCode.OriginTimeout] = ("origin_timeout", 504);
        table[(int)ReasonCode.Overloaded] = ("overloaded", 503);
        table[(int)ReasonCode.Shutdown] = ("shutdown", 503);
        table[(int)ReasonCode.OriginReset] = ("origin_reset", 0);
        table[(int)ReasonCode.Revoked] = ("revoked", 0);
        table[(int)ReasonCode.Idle] = ("idle", 0);
        table[(int)ReasonCode.StreamLost] = ("stream_lost", 0);
        table[(int)ReasonCode.ClientReset] = ("client_reset", 0);
        table[(int)ReasonCode.GatewayUnreachable] = ("gateway_unreachable", 502);
        table[(int)ReasonCode.GatewayTls] = ("gateway_tls", 502);
        table[(int)ReasonCode.GatewayProtocol] = ("gateway_protocol", 502);
        return table;
    }
}
