using System.Text.Json;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Admin.Declarations;

/// <summary>The way from what holds to what is declared, object by object: groups, reusable policies, applications with their policies.</summary>
internal sealed class DeclarationDifference(DeclaredForm before, DeclaredForm after)
{
    private readonly List<DeclarationChange> _changes = [];

    /// <summary>The changes that lead from one state to the other.</summary>
    public IReadOnlyList<DeclarationChange> Of(AccessSnapshot from, AccessContent to)
    {
        Compare("group", null, from.Groups, to.Groups, group => group.Id, group => group.Name, before.Of, after.Of);
        Compare("policy", null, from.ReusablePolicies, to.ReusablePolicies, policy => policy.Id, policy => policy.Name, before.Of, after.Of);
        Compare(
            "application", null, from.Applications, to.Applications, application => application.Id, application => application.Name, before.Of, after.Of, ComparePolicies);
        return _changes;
    }

    // What a removed application had goes with it, and needs no line of its own.
    private void ComparePolicies(Application? from, Application to) => Compare(
        "policy", to.Name, from?.Policies ?? [], to.Policies, policy => policy.Id, policy => policy.Name, Use(before), Use(after));

    // What a reusable policy is like is told once, of itself.
    private static Func<Policy, Dictionary<string, JsonElement>> Use(DeclaredForm form) => policy => policy.IsReusable ? form.OfUse(policy) : form.Of(policy);

    private void Compare<T>(
        string kind,
        string? application,
        IEnumerable<T> from,
        IEnumerable<T> to,
        Func<T, Guid> id,
        Func<T, string> name,
        Func<T, Dictionary<string, JsonElement>> formBefore,
        Func<T, Dictionary<string, JsonElement>> formAfter,
        Action<T?, T>? inside = null)
        where T : class
    {
        var old = from.ToDictionary(id);
        foreach (var item in to)
        {
            if (!old.Remove(id(item), out var existing))
            {
                Add(DeclarationChange.Create, kind, name(item), application, Fields([], formAfter(item)));
            }
            else if (!ReferenceEquals(existing, item) && Fields(formBefore(existing), formAfter(item)) is { Count: > 0 } fields)
            {
                Add(DeclarationChange.Update, kind, name(item), application, fields);
            }
            if (!ReferenceEquals(existing, item))
            {
                inside?.Invoke(existing, item);
            }
        }
        foreach (var gone in old.Values)
        {
            Add(DeclarationChange.Delete, kind, name(gone), application, []);
        }
    }

    private void Add(string change, string kind, string name, string? application, IReadOnlyList<DeclarationField> fields) =>
        _changes.Add(new DeclarationChange { Change = change, Kind = kind, Name = name, Application = application, Fields = fields });

    private static List<DeclarationField> Fields(Dictionary<string, JsonElement> from, Dictionary<string, JsonElement> to)
    {
        var fields = new List<DeclarationField>();
        foreach (var name in to.Keys.Concat(from.Keys.Where(name => !to.ContainsKey(name))).Where(name => name != "name"))
        {
            JsonElement? old = from.TryGetValue(name, out var value) ? value : null;
            JsonElement? next = to.TryGetValue(name, out value) ? value : null;
            if (old is null || next is null || !JsonElement.DeepEquals(old.Value, next.Value))
            {
                fields.Add(new DeclarationField(name, old, next));
            }
        }
        return fields;
    }
}
