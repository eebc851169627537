using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Stores;

/// <summary>
/// Everything a decision needs, as it was at one moment: built once, never changed, read by any number of threads. A reader takes one
/// snapshot for the whole of a request.
/// </summary>
public sealed class AccessSnapshot
{
    private readonly Dictionary<string, ServiceToken> _tokensByClientId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceToken>.AlternateLookup<ReadOnlySpan<char>> _tokensByClientIdSpan;
    private readonly Dictionary<string, ServiceToken> _tokensByName = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, ServiceToken> _tokensById = [];
    private readonly Dictionary<string, Application> _applicationsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Application> _applicationsByAud = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Application> _applicationsById = [];
    private readonly Dictionary<string, Group> _groupsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Group> _groupsById = [];
    private readonly ApplicationDomainIndex _domains;

    private AccessSnapshot(
        long version,
        ImmutableArray<ServiceToken> tokens,
        ImmutableArray<Application> applications,
        ImmutableArray<Group> groups)
    {
        Version = version;
        Tokens = tokens;
        Applications = applications;
        Groups = groups;
        _tokensByClientIdSpan = _tokensByClientId.GetAlternateLookup<ReadOnlySpan<char>>();

        foreach (var token in tokens)
        {
            _tokensById.Add(token.Id, token);
            _tokensByName.Add(token.Name, token);
            _tokensByClientId.Add(token.ClientId, token);
        }

        foreach (var application in applications)
        {
            _applicationsById.Add(application.Id, application);
            _applicationsByName.Add(application.Name, application);
            _applicationsByAud.Add(application.Aud, application);
        }

        foreach (var group in groups)
        {
            _groupsById.Add(group.Id, group);
            _groupsByName.Add(group.Name, group);
        }

        _domains = new ApplicationDomainIndex(applications);
    }

    /// <summary>A snapshot with nothing in it, version 0.</summary>
    public static AccessSnapshot Empty { get; } = new(0, [], [], []);

    /// <summary>Which state of the store it is: it grows with every change.</summary>
    public long Version { get; }

    /// <summary>All service tokens, oldest first.</summary>
    public ImmutableArray<ServiceToken> Tokens { get; }

    /// <summary>All applications, oldest first, the policies of each in order of precedence.</summary>
    public ImmutableArray<Application> Applications { get; }

    /// <summary>All groups, oldest first.</summary>
    public ImmutableArray<Group> Groups { get; }

    /// <summary>Builds a snapshot. The objects must be consistent, as the checks of a store leave them.</summary>
    /// <exception cref="ArgumentException">Two objects share an id, a name, a client id or an audience tag.</exception>
    public static AccessSnapshot Create(
        long version,
        IEnumerable<ServiceToken> tokens,
        IEnumerable<Application> applications,
        IEnumerable<Group> groups)
    {
        return new AccessSnapshot(
            version,
            [.. tokens.OrderBy(token => token.CreatedAt).ThenBy(token => token.Id)],
            [.. applications.OrderBy(application => application.CreatedAt).ThenBy(application => application.Id).Select(InOrder)],
            [.. groups.OrderBy(group => group.CreatedAt).ThenBy(group => group.Id)]);
    }

    /// <summary>Finds a token by its id.</summary>
    public bool TryGetToken(Guid id, [NotNullWhen(true)] out ServiceToken? token) => _tokensById.TryGetValue(id, out token);

    /// <summary>Finds a token by its client id.</summary>
    public bool TryGetTokenByClientId(ReadOnlySpan<char> clientId, [NotNullWhen(true)] out ServiceToken? token) =>
        _tokensByClientIdSpan.TryGetValue(clientId, out token);

    /// <summary>Finds a token by its name.</summary>
    public bool TryGetTokenByName(string name, [NotNullWhen(true)] out ServiceToken? token) => _tokensByName.TryGetValue(name, out token);

    /// <summary>Finds an application by its id.</summary>
    public bool TryGetApplication(Guid id, [NotNullWhen(true)] out Application? application) =>
        _applicationsById.TryGetValue(id, out application);

    /// <summary>Finds an application by its name.</summary>
    public bool TryGetApplicationByName(string name, [NotNullWhen(true)] out Application? application) =>
        _applicationsByName.TryGetValue(name, out application);

    /// <summary>Finds an application by its audience tag.</summary>
    public bool TryGetApplicationByAud(string aud, [NotNullWhen(true)] out Application? application) =>
        _applicationsByAud.TryGetValue(aud, out application);

    /// <summary>Finds the application that has exactly this domain, as written or as normalised; wildcards are not applied.</summary>
    public bool TryGetApplicationByDomain(string domain, [NotNullWhen(true)] out Application? application)
    {
        application = null;
        return ApplicationDomain.TryParse(domain, out var parsed, out _) && _domains.TryGetOwner(parsed, out application);
    }

    /// <summary>Finds a group by its id.</summary>
    public bool TryGetGroup(Guid id, [NotNullWhen(true)] out Group? group) => _groupsById.TryGetValue(id, out group);

    /// <summary>Finds a group by its name.</summary>
    public bool TryGetGroupByName(string name, [NotNullWhen(true)] out Group? group) => _groupsByName.TryGetValue(name, out group);

    /// <summary>
    /// Finds the application a request leads to: the exact host before wildcard hosts, the longest path first. Allocates nothing.
    /// </summary>
    /// <param name="host">The host without port, in any case, with or without one trailing dot; IPv6 with or without brackets.</param>
    /// <param name="path">The path, percent-decoded and without dot segments, beginning with <c>/</c>; no query.</param>
    /// <param name="application">The application, or null.</param>
    public bool TryFindApplication(
        ReadOnlySpan<char> host,
        ReadOnlySpan<char> path,
        [NotNullWhen(true)] out Application? application) =>
        _domains.TryFind(host, path, out application);

    internal AccessSnapshot With(ServiceToken token) =>
        Create(Version + 1, [.. Tokens.Where(other => other.Id != token.Id), token], Applications, Groups);

    internal AccessSnapshot With(Application application) =>
        Create(Version + 1, Tokens, [.. Applications.Where(other => other.Id != application.Id), application], Groups);

    internal AccessSnapshot With(Group group) =>
        Create(Version + 1, Tokens, Applications, [.. Groups.Where(other => other.Id != group.Id), group]);

    internal AccessSnapshot Without(ServiceToken token) =>
        Create(Version + 1, Tokens.Where(other => other.Id != token.Id), Applications, Groups);

    internal AccessSnapshot Without(Application application) =>
        Create(Version + 1, Tokens, Applications.Where(other => other.Id != application.Id), Groups);

    internal AccessSnapshot Without(Group group) =>
        Create(Version + 1, Tokens, Applications, Groups.Where(other => other.Id != group.Id));

    private static Application InOrder(Application application)
    {
        for (var i = 1; i < application.Policies.Length; i++)
        {
            if (application.Policies[i - 1].Precedence > application.Policies[i].Precedence)
            {
                return application with { Policies = [.. application.Policies.OrderBy(policy => policy.Precedence)] };
            }
        }

        return application;
    }
}
