using System.Collections.Immutable;

namespace FastProxy.Access.Lists;

/// <summary>Values under a name, which rules of kind <c>ip_list</c> and <c>email_list</c> name. Immutable.</summary>
public sealed record ValueList
{
    /// <summary>How many values a list may have.</summary>
    public const int MaximumItems = 5000;

    /// <summary>How long a description of a list or of a value may be, in UTF-16 code units.</summary>
    public const int MaximumDescription = 1024;

    /// <summary>The identity of the list; rules name it.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name, unique among lists.</summary>
    public required string Name { get; init; }

    /// <summary>What its values are. It stays as long as the list does.</summary>
    public required ValueListKind Kind { get; init; }

    /// <summary>What a person noted about it; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The values, none of them twice.</summary>
    public ImmutableArray<ValueListItem> Items { get; init; } = [];

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
