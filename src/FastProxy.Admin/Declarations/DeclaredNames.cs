using FastProxy.Access.Stores;

namespace FastProxy.Admin.Declarations;

/// <summary>The names and ids of one state: what a declaration says by name, and the store by id.</summary>
internal sealed class DeclaredNames
{
    private readonly Dictionary<DeclaredKind, Dictionary<string, Guid>> _ids = [];
    private readonly Dictionary<(DeclaredKind, Guid), string> _names = [];

    /// <summary>The names of a snapshot.</summary>
    public DeclaredNames(AccessSnapshot snapshot)
    {
        Set(DeclaredKind.ServiceToken, snapshot.Tokens.Select(token => (token.Name, token.Id)));
        Set(DeclaredKind.Group, snapshot.Groups.Select(group => (group.Name, group.Id)));
        Set(DeclaredKind.Policy, snapshot.ReusablePolicies.Select(policy => (policy.Name, policy.Id)));
        Set(DeclaredKind.Application, snapshot.Applications.Select(application => (application.Name, application.Id)));
        Set(DeclaredKind.List, snapshot.Lists.Select(list => (list.Name, list.Id)));
    }

    /// <summary>Puts other names in the place of those of one kind.</summary>
    public void Set(DeclaredKind kind, IEnumerable<(string Name, Guid Id)> names)
    {
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var (name, id) in names)
        {
            ids[name] = id;
            _names[(kind, id)] = name;
        }
        _ids[kind] = ids;
    }

    /// <summary>Finds the id of a name.</summary>
    public bool TryGetId(DeclaredKind kind, string name, out Guid id) => _ids[kind].TryGetValue(name, out id);

    /// <summary>The name of an id; the id itself where it has none.</summary>
    public string NameOf(DeclaredKind kind, Guid id) => _names.GetValueOrDefault((kind, id)) ?? id.ToString("D");

    /// <summary>The name that is nearest to one that names nothing; null where none is near.</summary>
    public string? Nearest(DeclaredKind kind, string name) => DeclarationProblems.Nearest(name, _ids[kind].Keys);
}
