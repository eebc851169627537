namespace FastProxy.Admin.Api;

/// <summary>The result of a call that has nothing to tell: an empty object.</summary>
internal sealed record EmptyResource;
