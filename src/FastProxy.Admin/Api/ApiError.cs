namespace FastProxy.Admin.Api;

/// <summary>One entry of <c>errors</c>.</summary>
internal sealed record ApiError(int Code, string Message);
