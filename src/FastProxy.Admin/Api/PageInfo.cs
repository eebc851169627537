namespace FastProxy.Admin.Api;

/// <summary>Which part of a list an answer holds: <c>result_info</c>.</summary>
internal sealed record PageInfo(int Page, int PerPage, int Count, int TotalCount, int TotalPages);
