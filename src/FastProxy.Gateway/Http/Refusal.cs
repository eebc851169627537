using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Http;

/// <summary>Why a request is not served: a code for machines and one line for people, which never holds a secret.</summary>
internal sealed record Refusal(ReasonCode Code, string Message);
