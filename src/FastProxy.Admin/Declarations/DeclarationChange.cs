using System.Text.Json.Serialization;

namespace FastProxy.Admin.Declarations;

/// <summary>One object that a declaration creates, changes or removes.</summary>
internal sealed record DeclarationChange
{
    /// <summary>The words for <see cref="Change"/>.</summary>
    public const string Create = "create";

    /// <inheritdoc cref="Create"/>
    public const string Update = "update";

    /// <inheritdoc cref="Create"/>
    public const string Delete = "delete";

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public required string Change { get; init; }

    /// <summary><c>group</c>, <c>policy</c> or <c>application</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of the object.</summary>
    public required string Name { get; init; }

    /// <summary>The application a policy is one of; absent for a reusable policy as such.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Application { get; init; }

    /// <summary>The fields that are different, in the order of the API's; none of what is removed.</summary>
    public required IReadOnlyList<DeclarationField> Fields { get; init; }
}
