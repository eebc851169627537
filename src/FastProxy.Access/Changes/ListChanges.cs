using System.Collections.Immutable;
using FastProxy.Access.Lists;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of lists of values. Pure: every store uses the same checks.</summary>
public static class ListChanges
{
    // RFC 5321 section 4.5.3.1: 64 for the local part, 255 for the domain, and the @ between them.
    private const int MaximumEmail = 320;

    /// <summary>Adds a list.</summary>
    public static AccessChange<ValueList> Create(AccessSnapshot snapshot, ValueList list)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(list);
        return snapshot.TryGetList(list.Id, out _)
            ? AccessChange<ValueList>.Refused(MutationProblem.Conflict("a list with this id exists"))
            : Checked(snapshot, list);
    }

    /// <summary>Replaces a list; id, kind and creation time stay.</summary>
    public static AccessChange<ValueList> Update(AccessSnapshot snapshot, Guid id, Func<ValueList, ValueList> change, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        return snapshot.TryGetList(id, out var list)
            ? Checked(snapshot, change(list) with { Id = id, Kind = list.Kind, CreatedAt = list.CreatedAt, UpdatedAt = now })
            : AccessChange<ValueList>.Refused(MutationProblem.NotFound("list"));
    }

    /// <summary>Removes a list that no rule names.</summary>
    public static AccessChange<ValueList> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetList(id, out var list))
        {
            return AccessChange<ValueList>.Refused(MutationProblem.NotFound("list"));
        }

        var users = RuleReferences.FindUsers(snapshot, rule => rule.NamedList == id);
        return users.IsEmpty
            ? AccessChange<ValueList>.To(snapshot.Without(list), list)
            : AccessChange<ValueList>.Refused(RuleReferences.InUse($"the list '{list.Name}'", users));
    }

    /// <summary>A value as a list of this kind keeps it: a network in its one form. What is no such value stays as it is.</summary>
    public static string Normalize(ValueListKind kind, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return TryNormalize(kind, value, out var normal, out _) ? normal : value;
    }

    private static AccessChange<ValueList> Checked(AccessSnapshot snapshot, ValueList list)
    {
        if (!EntityName.IsValid(list.Name, out var error))
        {
            return Invalid(error);
        }

        if (snapshot.TryGetListByName(list.Name, out var other) && other.Id != list.Id)
        {
            return AccessChange<ValueList>.Refused(MutationProblem.Conflict($"there is already a list named '{list.Name}'"));
        }

        if (list.Items.Length > ValueList.MaximumItems)
        {
            return Invalid($"the list has more than {ValueList.MaximumItems} items");
        }

        if (list.Description.Length > ValueList.MaximumDescription || list.Items.Any(item => item.Description.Length > ValueList.MaximumDescription))
        {
            return Invalid($"a description is longer than {ValueList.MaximumDescription} characters");
        }

        var items = ImmutableArray.CreateBuilder<ValueListItem>(list.Items.Length);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in list.Items)
        {
            if (!TryNormalize(list.Kind, item.Value, out var value, out error))
            {
                return Invalid(error);
            }

            if (!seen.Add(value))
            {
                return Invalid($"the list has '{value}' twice");
            }

            items.Add(item with { Value = value });
        }

        list = list with { Items = items.DrainToImmutable() };
        return AccessChange<ValueList>.To(snapshot.With(list), list);
    }

    private static bool TryNormalize(ValueListKind kind, string text, out string value, out string error)
    {
        value = text;
        error = "";
        if (kind == ValueListKind.Ip)
        {
            if (NetworkText.TryParse(text, out var network, out var problem))
            {
                value = NetworkText.Format(network);
                return true;
            }

            error = problem;
            return false;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && text.Length <= MaximumEmail && !text.AsSpan().ContainsAnyInRange('\0', ' '))
        {
            return true;
        }

        error = $"'{text}' is no mail address";
        return false;
    }

    private static AccessChange<ValueList> Invalid(string error) => AccessChange<ValueList>.Refused(MutationProblem.Invalid(error));
}
