using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access;

/// <summary>
/// Fields of an object that the API takes, keeps and gives back without acting on them, as the text of one JSON object. Immutable, with
/// value equality.
/// </summary>
public sealed class KeptFields : IEquatable<KeptFields>
{
    /// <summary>The most that is kept of one object, in UTF-16 code units of its JSON.</summary>
    public const int MaximumLength = 64 * 1024;

    private const string EmptyObject = "{}";

    private KeptFields(string json)
    {
        Json = json;
    }

    /// <summary>Nothing is kept.</summary>
    public static KeptFields None { get; } = new(EmptyObject);

    /// <summary>The fields as one JSON object.</summary>
    public string Json { get; }

    /// <summary>Whether nothing is kept.</summary>
    public bool IsEmpty => Json == EmptyObject;

    /// <summary>Takes the text of a JSON object. False when it is longer than <see cref="MaximumLength"/>.</summary>
    public static bool TryCreate(string json, [NotNullWhen(true)] out KeptFields? kept)
    {
        ArgumentNullException.ThrowIfNull(json);
        kept = json == EmptyObject ? None : json.Length <= MaximumLength ? new KeptFields(json) : null;
        return kept is not null;
    }

    /// <inheritdoc/>
    public bool Equals(KeptFields? other) => other is not null && Json == other.Json;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KeptFields);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Json);

    /// <summary>Not the fields: clients put secrets of their own into them.</summary>
    public override string ToString() => IsEmpty ? "none" : "[kept]";
}
