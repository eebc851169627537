using System.Text.Json;
using FastProxy.Access.Lists;

namespace FastProxy.Access.Policies;

/// <summary>
/// One condition of a policy or group. A new kind of rule is one derived record and one row in <see cref="RuleJson"/>. Immutable, with
/// value equality.
/// </summary>
public abstract record Rule
{
    private protected Rule()
    {
    }

    /// <summary>The key of the rule in the API's JSON, e.g. <c>service_token</c>.</summary>
    public abstract string Selector { get; }

    /// <summary>The token the rule names, which can then not be deleted; null: none.</summary>
    internal virtual Guid? NamedToken => null;

    /// <summary>The group the rule names, which can then not be deleted; null: none.</summary>
    internal virtual Guid? NamedGroup => null;

    /// <summary>The list the rule names, which can then not be deleted; null: none.</summary>
    internal virtual Guid? NamedList => null;

    /// <summary>What the values of the list it names must be; null: it names none.</summary>
    internal virtual ValueListKind? NamedListKind => null;

    /// <summary>The application the rule names, which can then not be deleted; null: none.</summary>
    internal virtual Guid? NamedApplication => null;

    /// <summary>Whether the rule is about who signed in, so that it holds for nobody else.</summary>
    internal virtual bool IsAboutPeople => false;

    /// <summary>Whether the rule holds for a request, as far as the request is known.</summary>
    internal abstract RuleMatch Match(in RuleContext context);

    /// <summary>Writes the object that stands after the selector.</summary>
    internal abstract void WriteValue(Utf8JsonWriter writer);

    private protected static void WriteEmpty(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    }

    private protected static void WriteText(Utf8JsonWriter writer, string key, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(key, text);
        writer.WriteEndObject();
    }

    private protected static void WriteId(Utf8JsonWriter writer, string key, Guid id)
    {
        writer.WriteStartObject();
        writer.WriteString(key, id);
        writer.WriteEndObject();
    }
}
