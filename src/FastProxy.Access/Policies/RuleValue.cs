using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>The object after a rule's selector, read by the names of its fields. The first thing that is wrong stays in <see cref="Error"/>; other fields are ignored.</summary>
internal sealed class RuleValue(JsonElement value, string selector)
{
    /// <summary>No value of a rule is longer: it is kept in memory and compared in every decision.</summary>
    private const int MaximumLength = 1024;

    public string? Error { get; private set; }

    /// <summary>A text that must be there and not be empty.</summary>
    public string Text(string key)
    {
        var text = value.TryGetProperty(key, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString()! : null;
        if (text is null)
        {
            Fail($"'{selector}' needs the text '{key}'");
        }
        else if (text.Length > MaximumLength)
        {
            Fail($"'{selector}.{key}' is longer than {MaximumLength} characters");
        }

        return text ?? "";
    }

    /// <summary>A text that must say something.</summary>
    public string Name(string key)
    {
        var text = Text(key);
        if (string.IsNullOrWhiteSpace(text))
        {
            Fail($"'{selector}.{key}' is empty");
        }

        return text;
    }

    /// <summary>The id of an object, which must be there.</summary>
    public Guid Id(string key)
    {
        var text = Text(key);
        if (!Guid.TryParse(text, out var id))
        {
            Fail($"'{selector}.{key}' is not a UUID");
        }

        return id;
    }

    /// <summary>The id of an object; null where there is none.</summary>
    public Guid? OptionalId(string key) =>
        value.TryGetProperty(key, out var property) && property.ValueKind != JsonValueKind.Null ? Id(key) : null;

    /// <summary>Notes an error, unless one is noted already.</summary>
    public void Fail(string message) => Error ??= message;
}
