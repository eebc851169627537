using FastProxy.Access;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Declarations;

/// <summary>Collects what is wrong with a declaration, each with its place as a JSON pointer (RFC 6901).</summary>
internal sealed class DeclarationProblems
{
    // Enough to mend a file by; ten thousand entries that are all wrong are told no better by ten thousand sentences.
    private const int Maximum = 50;

    // A name that is longer is near to none, and comparing costs the product of the lengths.
    private const int LongestMisspelling = 64;

    private readonly List<(string Pointer, string Message)> _all = [];

    /// <summary>What is wrong, in the order it was found.</summary>
    public IReadOnlyList<(string Pointer, string Message)> All => _all;

    /// <summary>Whether another one would be dropped.</summary>
    public bool IsFull => _all.Count >= Maximum;

    /// <summary>The candidate that was probably meant; null where none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates) =>
        name.Length <= LongestMisspelling ? EditDistance.Nearest(name, candidates.Where(candidate => candidate.Length <= LongestMisspelling)) : null;

    /// <summary>Adds a problem.</summary>
    public void Add(string pointer, string message)
    {
        if (!IsFull)
        {
            _all.Add((pointer, message));
        }
    }

    /// <summary>Adds what was noted in an object that was read, and its fields that nobody asked for.</summary>
    /// <param name="body">The object, after it was read.</param>
    /// <param name="pointer">Its place.</param>
    public void AddAll(ApiBody body, string pointer)
    {
        if (body.Error is { } error)
        {
            Add(body.ErrorField is { } field && body.Mentions(field) ? Field(pointer, field) : pointer, error);
        }
        AddUnknown(body, pointer);
    }

    /// <summary>Adds the fields of an object that nobody asked for: a rule under a name that is spelled wrong would admit or exclude nobody.</summary>
    public void AddUnknown(ApiBody body, string pointer)
    {
        foreach (var name in body.Names.Where(name => !body.Asked.Contains(name)).Take(Maximum))
        {
            var advice = Nearest(name, body.Asked) is { } nearest ? $"did you mean '{nearest}'?" : $"known here: {string.Join(", ", body.Asked)}";
            Add(Field(pointer, name), $"there is no field '{name}', {advice}");
        }
    }

    /// <summary>The place of a field of an object.</summary>
    public static string Field(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
