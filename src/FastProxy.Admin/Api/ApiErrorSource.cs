namespace FastProxy.Admin.Api;

/// <summary>The place of an error in a request.</summary>
/// <param name="Pointer">A JSON pointer (RFC 6901).</param>
internal sealed record ApiErrorSource(string Pointer);
