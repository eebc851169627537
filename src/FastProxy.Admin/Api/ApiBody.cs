using System.Collections.Immutable;
using System.Text.Json;
using FastProxy.Access;
using FastProxy.Access.Policies;
using FastProxy.Admin.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FastProxy.Admin.Api;

/// <summary>
/// The JSON object of a request, or one inside it, read by the names of its fields. The first thing that is wrong stays in
/// <see cref="Error"/>, and a field that is wrong reads as absent; fields nobody asks for are ignored, since clients of the API this
/// one follows send many. Null is absent.
/// </summary>
internal sealed class ApiBody
{
    // Far beyond any object of this API. An answer wraps what was kept of a request in lists and objects of its own, and the writer of
    // answers goes no deeper than 64: what is taken must be able to be shown.
    private const int MaximumDepth = 32;

    private readonly JsonElement _object;
    private readonly string _path;
    private readonly ApiBody? _parent;

    // In the order they are asked for.
    private readonly List<string> _asked = [];
    private string? _error;
    private bool _isEmpty;
    private bool _knowsCountries = true;
    private int _status = StatusCodes.Status400BadRequest;

    private ApiBody(JsonElement root, string path, ApiBody? parent)
    {
        _object = root;
        _path = path;
        _parent = parent;
    }

    /// <summary>What is wrong with the request, as one sentence; null while nothing is.</summary>
    public string? Error => _parent is null ? _error : _parent.Error;

    /// <summary>The field that was read when the error was noted; null while nothing is wrong.</summary>
    public string? ErrorField { get; private set; }

    /// <summary>The names of the fields that are there.</summary>
    public IEnumerable<string> Names => _object.EnumerateObject().Select(field => field.Name).Distinct(StringComparer.Ordinal);

    /// <summary>The names of the fields that were asked for, whether they are there or not.</summary>
    public IReadOnlyList<string> Asked => _asked;

    /// <summary>The answer to a request that is wrong; null while nothing is.</summary>
    public IResult? Refusal => _parent is not null ? _parent.Refusal
        : _error is null ? null
        : ApiResults.Invalid(_error, _status);

    /// <summary>Reads the body of a request that may have none; see <see cref="ReadAsync(HttpRequest, CancellationToken)"/>.</summary>
    public static async Task<ApiBody> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(request, cancellationToken);
        return body._isEmpty ? Parse("{}"u8.ToArray()) : body;
    }

    /// <summary>Reads a request's body. Whatever is not one JSON object becomes an <see cref="Error"/> over an empty object.</summary>
    public static Task<ApiBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request, AdminServer.MaxBodyBytes, cancellationToken);

    /// <summary>Reads a request's body, of at most so many bytes.</summary>
    public static async Task<ApiBody> ReadAsync(HttpRequest request, int longest, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var tooLong = false;
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            // The rest is read and dropped, up to what the server allows: a client that is still sending would not see the answer.
            tooLong |= bytes.Length + read > longest;
            if (!tooLong)
            {
                bytes.Write(buffer, 0, read);
            }
        }
        if (tooLong)
        {
            return Unreadable($"the body is longer than {longest} bytes", StatusCodes.Status413PayloadTooLarge);
        }
        // A form that a web page could post without asking is no JSON, whatever its text looks like.
        var body = bytes.Length > 0 && !request.HasJsonContentType()
            ? Unreadable("the body is not application/json: say so in Content-Type", StatusCodes.Status415UnsupportedMediaType)
            : Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        body._knowsCountries = request.HttpContext.RequestServices.GetRequiredService<CountrySource>().IsThere;
        return body;
    }

    /// <summary>Reads a body; see <see cref="ReadAsync(HttpRequest, CancellationToken)"/>.</summary>
    public static ApiBody Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            CheckText(utf8.Span);
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ApiBody(document.RootElement.Clone(), "", null)
                : Unreadable("the body is not a JSON object");
        }
        catch (JsonException e)
        {
            return utf8.IsEmpty
                ? Unreadable("the body is empty; expected a JSON object", isEmpty: true)
                : Unreadable($"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}), or nested more than {MaximumDepth} deep");
        }
        catch (InvalidOperationException)
        {
            return Unreadable("the body has text that is not valid Unicode");
        }
    }

    /// <summary>An object that is part of this request, with errors of its own.</summary>
    public ApiBody Part(JsonElement element) => new(element, "", null) { _knowsCountries = KnowsCountries };

    /// <summary>Whether a field is there, be it null.</summary>
    public bool Mentions(string name)
    {
        Ask(name);
        return _object.TryGetProperty(name, out _);
    }

    /// <summary>A value of one of some JSON types, as it stands; null where it is absent.</summary>
    public JsonElement? Element(string name, string expected, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }
        if (kinds.Contains(value.ValueKind))
        {
            return value;
        }
        Fail($"'{_path}{name}' is not {expected}");
        return null;
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>A text that must be there; empty, with the error noted, where it is not.</summary>
    public string RequiredText(string name)
    {
        if (!Has(name))
        {
            Fail($"'{_path}{name}' is missing");
        }
        return Text(name) ?? "";
    }

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name) => Get(name, JsonValueKind.String, "text") is { } value ? value.GetString() : null;

    /// <summary>true or false; null where it is absent.</summary>
    public bool? Flag(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }
        Fail($"'{_path}{name}' is not true or false");
        return null;
    }

    /// <summary>A whole number of at least 1; null where it is absent.</summary>
    public int? Count(string name)
    {
        if (Get(name, JsonValueKind.Number, "a number") is not { } value)
        {
            return null;
        }
        if (value.TryGetInt32(out var count) && count >= 1)
        {
            return count;
        }
        Fail($"'{_path}{name}' is not a whole number of at least 1");
        return null;
    }

    /// <summary>A duration in Go's form; null where it is absent.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        if (GoDuration.TryParse(text, out var duration))
        {
            return duration;
        }
        Fail($"'{_path}{name}' is not a duration such as 8760h or 1h30m");
        return null;
    }

    /// <summary>A moment in RFC 3339 form; null where it is absent.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Get(name, JsonValueKind.String, "a time such as 2030-01-31T12:00:00Z") is not { } value)
        {
            return null;
        }
        // Without an offset it would be read as this machine's local time.
        var text = value.GetString()!;
        var hasOffset = text.Length > 19 && (text[^1] == 'Z' || text[^6] is '+' or '-');
        if (hasOffset && value.TryGetDateTimeOffset(out var time))
        {
            return time.ToUniversalTime();
        }
        Fail($"'{_path}{name}' is not a time such as 2030-01-31T12:00:00Z");
        return null;
    }

    /// <summary>The rules of a policy or a group; empty where they are absent.</summary>
    public ImmutableArray<Rule> Rules(string name)
    {
        if (!TryGet(name, out var value))
        {
            return [];
        }
        if (RuleJson.TryReadList(value, out var rules, out var error))
        {
            if (!KnowsCountries && rules.Any(rule => rule is GeoRule))
            {
                Fail($"'{_path}{name}': no country is ever known here, so the rule 'geo' would admit nobody and exclude everybody: configure geo in gateway.yaml first");
            }
            return rules;
        }
        Fail($"'{_path}{name}': {error}");
        return [];
    }

    /// <summary>The texts of a list; empty where it is absent.</summary>
    public IEnumerable<string> Texts(string name)
    {
        foreach (var item in Items(name))
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                yield return item.GetString()!;
            }
            else
            {
                Fail($"'{_path}{name}' is not a list of texts");
            }
        }
    }

    /// <summary>The elements of a list; empty where it is absent.</summary>
    public IReadOnlyList<JsonElement> Items(string name) =>
        Get(name, JsonValueKind.Array, "a list") is { } value ? [.. value.EnumerateArray()] : [];

    /// <summary>An object inside this one, which notes its errors here.</summary>
    public ApiBody Inner(JsonElement element, string path) => new(element, $"{_path}{path}.", this);

    /// <summary>Notes an error, unless one is noted already.</summary>
    public void Fail(string message)
    {
        if (_parent is not null)
        {
            _parent.Fail(message);
        }
        else if (_error is null)
        {
            _error = message;
            ErrorField = _asked.LastOrDefault();
        }
    }

    private bool KnowsCountries => _parent?.KnowsCountries ?? _knowsCountries;

    private static ApiBody Unreadable(string message, int status = StatusCodes.Status400BadRequest, bool isEmpty = false)
    {
        using var empty = JsonDocument.Parse("{}");
        return new ApiBody(empty.RootElement.Clone(), "", null) { _error = message, _status = status, _isEmpty = isEmpty };
    }

    // A document may hold lone surrogates and bytes that are not UTF-8, and throws only when such a text is asked for: look at all of
    // them now, so that nothing later has to expect it.
    private static void CheckText(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                _ = reader.GetString();
            }
        }
    }

    private JsonElement? Get(string name, JsonValueKind kind, string expected)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }
        if (value.ValueKind == kind)
        {
            return value;
        }
        Fail($"'{_path}{name}' is not {expected}");
        return null;
    }

    private bool TryGet(string name, out JsonElement value)
    {
        Ask(name);
        return _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    // The one asked for last stays last: an error that is noted next is about it.
    private void Ask(string name)
    {
        _asked.Remove(name);
        _asked.Add(name);
    }
}
