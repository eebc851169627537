namespace FastProxy.Admin.Api;

/// <summary>A resource that an administrator knows by its name; the log says it beside the id.</summary>
internal interface INamedResource
{
    /// <summary>The name.</summary>
    string Name { get; }
}
