using System.Text;
using System.Text.Json;
using FastProxy.Access;

namespace FastProxy.Admin.Api;

/// <summary>
/// The fields of one kind of object that are taken, checked for their JSON type, kept and given back without any effect on this gateway.
/// A client that reads an object and writes it back loses nothing.
/// </summary>
/// <param name="flags">Those that are true or false.</param>
/// <param name="texts">Those that are texts.</param>
/// <param name="lists">Those that are lists.</param>
/// <param name="objects">Those that are objects.</param>
internal sealed class KeptFieldTable(string[] flags, string[] texts, string[] lists, string[] objects)
{
    /// <summary>The names of all of them.</summary>
    public IEnumerable<string> Names => [.. flags, .. texts, .. lists, .. objects];

    /// <summary>Takes the fields of a request, and <paramref name="more"/>; what is wrong is noted in <paramref name="body"/>.</summary>
    /// <param name="body">The object that has the fields.</param>
    /// <param name="kept">What is kept where the request does not speak of a field; none where it replaces the object.</param>
    /// <param name="more">Further fields, already checked.</param>
    public KeptFields Read(ApiBody body, KeptFields kept, params ReadOnlySpan<(string Name, JsonElement Value)> more)
    {
        var old = Values(kept);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var name in Names)
            {
                if (Value(body, name) is { } value || (!body.Mentions(name) && old.TryGetValue(name, out value)))
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            }
            foreach (var (name, value) in more)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        if (KeptFields.TryCreate(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length), out var fields))
        {
            return fields;
        }
        body.Fail($"the fields that have no effect here are longer than {KeptFields.MaximumLength} characters together");
        return KeptFields.None;
    }

    /// <summary>What is kept, by name.</summary>
    public static Dictionary<string, JsonElement> Values(KeptFields kept)
    {
        using var document = JsonDocument.Parse(kept.Json);
        return document.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.Clone());
    }

    private JsonElement? Value(ApiBody body, string name) =>
        flags.Contains(name) ? body.Element(name, "true or false", JsonValueKind.True, JsonValueKind.False)
        : texts.Contains(name) ? body.Element(name, "text", JsonValueKind.String)
        : lists.Contains(name) ? body.Element(name, "a list", JsonValueKind.Array)
        : body.Element(name, "an object", JsonValueKind.Object);
}
