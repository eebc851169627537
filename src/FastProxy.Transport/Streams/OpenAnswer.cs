namespace FastProxy.Transport.Streams;

/// <summary>What a gateway said to <c>open</c>.</summary>
public readonly record struct OpenAnswer
{
    private OpenAnswer(OpenResult result, ReasonCode reason, string? message, string? request)
    {
        Result = result;
        Reason = reason;
        Message = message;
        Request = request;
    }

    /// <summary>What became of the session.</summary>
    public OpenResult Result { get; }

    /// <summary>Why it was not opened; <see cref="ReasonCode.Ok"/> where it was.</summary>
    public ReasonCode Reason { get; }

    /// <summary>A refusal in the gateway's words; else null.</summary>
    public string? Message { get; }

    /// <summary>The request id; null where there is none.</summary>
    public string? Request { get; }

    internal static OpenAnswer NotStarted { get; } = new(OpenResult.NotStarted, ReasonCode.Shutdown, null, null);

    internal static OpenAnswer Opened(string? request) => new(OpenResult.Opened, ReasonCode.Ok, null, request);

    /// <summary>The stream ended before an answer came.</summary>
    public static OpenAnswer StreamEnded(ReasonCode reason) => new(OpenResult.StreamEnded, reason, null, null);

    internal static OpenAnswer Refused(in StreamMessage message)
    {
        ReasonCodes.TryParse(message.Code, out var code);
        return new OpenAnswer(OpenResult.Refused, code, message.Message, message.Request);
    }
}
