namespace FastProxy.Admin.Applications;

/// <summary>One entry of an application's <c>destinations</c>.</summary>
internal sealed record DestinationResource(string Type, string Uri);
