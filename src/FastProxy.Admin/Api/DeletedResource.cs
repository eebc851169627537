namespace FastProxy.Admin.Api;

/// <summary>The result of deleting an application, a policy or a group.</summary>
internal sealed record DeletedResource(Guid Id);
