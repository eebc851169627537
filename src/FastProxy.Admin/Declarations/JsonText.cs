using System.Text.Json;

namespace FastProxy.Admin.Declarations;

/// <summary>Builds JSON values.</summary>
internal static class JsonText
{
    /// <summary>The value that is written.</summary>
    public static JsonElement Element(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            write(writer);
        }
        using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        return document.RootElement.Clone();
    }

    /// <summary>A list of objects.</summary>
    public static JsonElement Element(IEnumerable<Dictionary<string, JsonElement>> objects) => Element(writer =>
    {
        writer.WriteStartArray();
        foreach (var item in objects)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in item)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });
}
