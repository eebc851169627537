using FastProxy.Access.Lists;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Lists;

/// <summary>A value of a list as the API shows it.</summary>
internal sealed record ListItemResource(string Value, string Description, DateTime CreatedAt)
{
    public static ListItemResource Of(ValueListItem item) => new(item.Value, item.Description, Rfc3339.Of(item.CreatedAt));
}
