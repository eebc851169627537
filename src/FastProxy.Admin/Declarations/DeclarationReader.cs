using System.Globalization;
using System.Text.Json;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Applications;
using FastProxy.Admin.Groups;
using FastProxy.Admin.Policies;

namespace FastProxy.Admin.Declarations;

/// <summary>
/// Makes of a declaration the content it asks for. An object that is as the declaration has it stays the very same one, so that whoever
/// compares objects finds nothing to do; one that differs keeps its id, its creation time and, an application, its audience tag.
/// </summary>
internal sealed partial class DeclarationReader
{
    private readonly AccessSnapshot _snapshot;
    private readonly Declaration _declaration;
    private readonly DateTimeOffset _now;
    private readonly DeclarationProblems _problems;
    private readonly DeclaredNames _names;
    private readonly DeclaredForm _before;
    private readonly DeclaredForm _after;
    private readonly Dictionary<Guid, string> _pointers = [];

    // The reusable policies that applications may name.
    private Dictionary<string, Policy> _policies = [];

    /// <summary>A reader of one declaration.</summary>
    /// <param name="snapshot">The state of the moment.</param>
    /// <param name="declaration">What shall hold.</param>
    /// <param name="now">The time of what is created or changed.</param>
    /// <param name="problems">Takes what is wrong; if it then has any, the content must not be used.</param>
    public DeclarationReader(AccessSnapshot snapshot, Declaration declaration, DateTimeOffset now, DeclarationProblems problems)
    {
        _snapshot = snapshot;
        _declaration = declaration;
        _now = now;
        _problems = problems;
        _names = new DeclaredNames(snapshot);
        _before = new DeclaredForm(new DeclaredNames(snapshot));
        _after = new DeclaredForm(_names);
    }

    /// <summary>How objects were said before.</summary>
    public DeclaredForm Before => _before;

    /// <summary>How they are said afterwards.</summary>
    public DeclaredForm After => _after;

    /// <summary>The place of an object in the declaration; null where it does not speak of it.</summary>
    public string? PlaceOf(Guid id) => _pointers.GetValueOrDefault(id);

    /// <summary>The content that the declaration asks for.</summary>
    public AccessContent Read()
    {
        // All names first: what is declared may name what is declared behind it.
        var groups = Entries(Declaration.GroupsField, DeclaredKind.Group, _declaration.Groups, ByName(_snapshot.Groups, g => g.Name, g => g.Id));
        var policies = Entries(Declaration.PoliciesField, DeclaredKind.Policy, _declaration.Policies, ByName(_snapshot.ReusablePolicies, p => p.Name, p => p.Id));
        var applications = Entries(
            Declaration.ApplicationsField, DeclaredKind.Application, _declaration.Applications, ByName(_snapshot.Applications, a => a.Name, a => a.Id));

        var content = _snapshot.ToContent();
        if (groups is not null)
        {
            content = content with { Groups = [.. groups.Select(Group)] };
        }
        if (policies is not null)
        {
            content = content with { ReusablePolicies = [.. policies.Select(ReusablePolicy)] };
        }
        _policies = content.ReusablePolicies.ToDictionary(policy => policy.Name, StringComparer.Ordinal);
        return applications is null ? content : content with { Applications = [.. applications.Select(Application)] };
    }

    private static Dictionary<string, Guid> ByName<T>(IEnumerable<T> items, Func<T, string> name, Func<T, Guid> id) =>
        items.ToDictionary(name, id, StringComparer.Ordinal);

    private List<DeclaredEntry>? Entries(string field, DeclaredKind kind, IReadOnlyList<JsonElement>? items, Dictionary<string, Guid> known)
    {
        if (items is null)
        {
            return null;
        }
        var entries = new Dictionary<string, DeclaredEntry>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var pointer = string.Create(CultureInfo.InvariantCulture, $"/{field}/{i}");
            if (items[i].ValueKind != JsonValueKind.Object)
            {
                _problems.Add(pointer, $"an entry of '{field}' is not an object");
                continue;
            }
            var body = _declaration.Body.Part(items[i]);
            var name = body.RequiredText("name");
            if (body.Error is { } error)
            {
                _problems.Add(body.Has("name") ? $"{pointer}/name" : pointer, error);
            }
            else if (!entries.TryAdd(name, new DeclaredEntry(pointer, items[i], name, known.TryGetValue(name, out var id) ? id : Guid.NewGuid())))
            {
                _problems.Add($"{pointer}/name", $"the name '{name}' is there twice under '{field}'");
            }
        }
        List<DeclaredEntry> all = [.. entries.Values];
        all.ForEach(entry => _pointers[entry.Id] = entry.Pointer);
        _names.Set(kind, all.Select(entry => (entry.Name, entry.Id)));
        return all;
    }

    private Group Group(DeclaredEntry entry)
    {
        var body = _declaration.Body.Part(WithIds(entry.Value, entry.Pointer));
        var group = GroupBody.Read(body, entry.Id, _now);
        _problems.AddAll(body, entry.Pointer);
        return !_snapshot.TryGetGroup(entry.Id, out var existing) ? group
            : IsSame(_before.Of(existing), _after.Of(group)) ? existing
            : group with { CreatedAt = existing.CreatedAt };
    }

    private Policy ReusablePolicy(DeclaredEntry entry)
    {
        var body = _declaration.Body.Part(WithIds(entry.Value, entry.Pointer));
        var isKnown = _snapshot.TryGetReusablePolicy(entry.Id, out var existing);
        var policy = PolicyBody.Read(body, existing, _now) with { Id = entry.Id, IsReusable = true };
        _problems.AddAll(body, entry.Pointer);
        return isKnown && IsSame(_before.Of(existing!), _after.Of(policy)) ? existing! : policy;
    }

    private Application Application(DeclaredEntry entry)
    {
        // Its policies are read below, where each has a place of its own.
        var body = _declaration.Body.Part(WithIds(Without(entry.Value, DeclaredForm.Policies), entry.Pointer));
        var isKnown = _snapshot.TryGetApplication(entry.Id, out var existing);
        var read = ApplicationBody.Read(body, existing, _snapshot, _now);
        _problems.AddAll(body, entry.Pointer);
        var policies = Policies(entry, existing);
        if (read.Domains.IsEmpty)
        {
            // Noted as a problem; what has no domain has no form.
            return read;
        }
        var application = read with { Id = entry.Id, CreatedAt = existing?.CreatedAt ?? _now, Policies = [] };
        if (!isKnown || !IsSame(_before.Of(existing!), _after.Of(application)))
        {
            return application with { Policies = policies };
        }
        return existing!.Policies.SequenceEqual(policies) ? existing : existing with { Policies = policies };
    }

    private static JsonElement Without(JsonElement value, string name) => JsonText.Element(writer =>
    {
        writer.WriteStartObject();
        foreach (var field in value.EnumerateObject().Where(field => field.Name != name))
        {
            field.WriteTo(writer);
        }
        writer.WriteEndObject();
    });

    private static bool IsSame(Dictionary<string, JsonElement> a, Dictionary<string, JsonElement> b) =>
        a.Count == b.Count && a.All(field => b.TryGetValue(field.Key, out var other) && JsonElement.DeepEquals(field.Value, other));
}
