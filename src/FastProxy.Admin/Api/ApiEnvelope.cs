namespace FastProxy.Admin.Api;

/// <summary>What every answer of the API is wrapped in. Paging is present on lists only.</summary>
internal sealed record ApiEnvelope<T>(
    bool Success,
    IReadOnlyList<ApiError> Errors,
    IReadOnlyList<ApiError> Messages,
    T? Result,
    PageInfo? ResultInfo = null);
