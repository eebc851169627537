using System.Text.Json.Serialization;
using FastProxy.Access.Lists;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Lists;

/// <summary>A list of values as the API shows it.</summary>
internal sealed record ListResource : INamedResource
{
    public const string Ip = "IP";
    public const string Email = "EMAIL";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Description { get; init; }

    public required int Count { get; init; }

    /// <summary>The values; absent in the list of all lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ListItemResource>? Items { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    /// <summary>A list without its values.</summary>
    public static ListResource Of(ValueList list) => new()
    {
        Id = list.Id,
        Name = list.Name,
        Type = list.Kind == ValueListKind.Email ? Email : Ip,
        Description = list.Description,
        Count = list.Items.Length,
        CreatedAt = Rfc3339.Of(list.CreatedAt),
        UpdatedAt = Rfc3339.Of(list.UpdatedAt),
    };

    /// <summary>A list with its values.</summary>
    public static ListResource WithItems(ValueList list) => Of(list) with { Items = [.. list.Items.Select(ListItemResource.Of)] };
}
