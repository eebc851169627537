using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastProxy.Access.ApiTokens;
using FastProxy.Access.Applications;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;
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
    private readonly Dictionary<string, Policy> _reusablePoliciesByName = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Policy> _reusablePoliciesById = [];
    private readonly Dictionary<string, ValueList> _listsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, ValueList> _listsById = [];
    private readonly Dictionary<Guid, AddressSet> _addressesByList = [];
    private readonly Dictionary<Guid, HashSet<string>> _emailsByList = [];
    private readonly Dictionary<string, ApiToken> _apiTokensByName = new(StringComparer.Ordinal);
    private readonly Dictionary<SecretHash, ApiToken> _apiTokensByValue = [];
    private readonly ApplicationDomainIndex _domains;

    private AccessSnapshot(long version, AccessContent content)
    {
        Version = version;
        Tokens = [.. content.Tokens.OrderBy(token => token.CreatedAt).ThenBy(token => token.Id)];
        Applications = [.. content.Applications.OrderBy(application => application.CreatedAt).ThenBy(application => application.Id).Select(InOrder)];
        Groups = [.. content.Groups.OrderBy(group => group.CreatedAt).ThenBy(group => group.Id)];
        ReusablePolicies = [.. content.ReusablePolicies.OrderBy(policy => policy.CreatedAt).ThenBy(policy => policy.Id)];
        Lists = [.. content.Lists.OrderBy(list => list.CreatedAt).ThenBy(list => list.Id)];
        ApiTokens = [.. content.ApiTokens.OrderBy(token => token.CreatedAt).ThenBy(token => token.Id)];
        Organization = content.Organization;
        _tokensByClientIdSpan = _tokensByClientId.GetAlternateLookup<ReadOnlySpan<char>>();

        foreach (var token in Tokens)
        {
            _tokensById.Add(token.Id, token);
            _tokensByName.Add(token.Name, token);
            _tokensByClientId.Add(token.ClientId, token);
        }

        foreach (var application in Applications)
        {
            _applicationsById.Add(application.Id, application);
            _applicationsByName.Add(application.Name, application);
            _applicationsByAud.Add(application.Aud, application);
        }

        foreach (var group in Groups)
        {
            _groupsById.Add(group.Id, group);
            _groupsByName.Add(group.Name, group);
        }

        foreach (var policy in ReusablePolicies)
        {
            _reusablePoliciesById.Add(policy.Id, policy);
            _reusablePoliciesByName.Add(policy.Name, policy);
        }

        foreach (var list in Lists)
        {
            _listsById.Add(list.Id, list);
            _listsByName.Add(list.Name, list);
            if (list.Kind == ValueListKind.Ip)
            {
                _addressesByList.Add(list.Id, new AddressSet(list));
            }
            else
            {
                _emailsByList.Add(list.Id, list.Items.Select(item => item.Value).ToHashSet(StringComparer.OrdinalIgnoreCase));
            }
        }

        foreach (var token in ApiTokens)
        {
            _apiTokensByName.Add(token.Name, token);
            _apiTokensByValue.Add(token.Value, token);
        }

        Canaries = new CanaryIndex(Tokens);
        _domains = new ApplicationDomainIndex(Applications);
    }

    /// <summary>A snapshot with nothing in it, version 0.</summary>
    public static AccessSnapshot Empty { get; } = new(0, new AccessContent());

    /// <summary>Which state of the store it is: it grows with every change.</summary>
    public long Version { get; }

    /// <summary>All service tokens, oldest first.</summary>
    public ImmutableArray<ServiceToken> Tokens { get; }

    /// <summary>The canaries among them.</summary>
    public CanaryIndex Canaries { get; }

    /// <summary>All applications, oldest first, the policies of each in order of precedence.</summary>
    public ImmutableArray<Application> Applications { get; }

    /// <summary>All groups, oldest first.</summary>
    public ImmutableArray<Group> Groups { get; }

    /// <summary>All reusable policies, oldest first. Applications have their own copies, which differ in the precedence alone.</summary>
    public ImmutableArray<Policy> ReusablePolicies { get; }

    /// <summary>All lists of values, oldest first.</summary>
    public ImmutableArray<ValueList> Lists { get; }

    /// <summary>All API tokens, oldest first.</summary>
    public ImmutableArray<ApiToken> ApiTokens { get; }

    /// <summary>The settings of the account.</summary>
    public Organization Organization { get; }

    /// <summary>Builds a snapshot. The objects must be consistent, as the checks of a store leave them.</summary>
    /// <exception cref="ArgumentException">Two objects share an id, a name, a client id or an audience tag.</exception>
    public static AccessSnapshot Create(long version, AccessContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new AccessSnapshot(version, content);
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

    /// <summary>Finds a reusable policy by its id.</summary>
    public bool TryGetReusablePolicy(Guid id, [NotNullWhen(true)] out Policy? policy) => _reusablePoliciesById.TryGetValue(id, out policy);

    /// <summary>Finds a reusable policy by its name.</summary>
    public bool TryGetReusablePolicyByName(string name, [NotNullWhen(true)] out Policy? policy) =>
        _reusablePoliciesByName.TryGetValue(name, out policy);

    /// <summary>Finds a list of values by its id.</summary>
    public bool TryGetList(Guid id, [NotNullWhen(true)] out ValueList? list) => _listsById.TryGetValue(id, out list);

    /// <summary>Finds a list of values by its name.</summary>
    public bool TryGetListByName(string name, [NotNullWhen(true)] out ValueList? list) => _listsByName.TryGetValue(name, out list);

    /// <summary>Finds an API token by its name.</summary>
    public bool TryGetApiTokenByName(string name, [NotNullWhen(true)] out ApiToken? token) => _apiTokensByName.TryGetValue(name, out token);

    /// <summary>
    /// Finds the API token that a bearer presents, expired or not. Only hashes are compared, so the time it takes tells nothing of a value.
    /// </summary>
    public bool TryGetApiTokenByValue(ReadOnlySpan<char> presented, [NotNullWhen(true)] out ApiToken? token)
    {
        token = null;
        return presented.Length <= ClientSecret.MaximumLength && _apiTokensByValue.TryGetValue(SecretHash.Of(presented), out token);
    }

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

    /// <summary>The networks of a list of addresses. False where there is no such list.</summary>
    internal bool TryGetAddresses(Guid listId, [NotNullWhen(true)] out AddressSet? addresses) => _addressesByList.TryGetValue(listId, out addresses);

    /// <summary>The addresses of a list of people. False where there is no such list.</summary>
    internal bool TryGetEmails(Guid listId, [NotNullWhen(true)] out HashSet<string>? emails) => _emailsByList.TryGetValue(listId, out emails);

    /// <summary>What the snapshot is made of, to make the next one from.</summary>
    public AccessContent ToContent() => new()
    {
        Tokens = Tokens,
        Applications = Applications,
        Groups = Groups,
        ReusablePolicies = ReusablePolicies,
        Lists = Lists,
        ApiTokens = ApiTokens,
        Organization = Organization,
    };

    internal AccessSnapshot With(ServiceToken token) => Next(ToContent() with { Tokens = Tokens.Where(other => other.Id != token.Id).Append(token) });

    internal AccessSnapshot With(Application application) =>
        Next(ToContent() with { Applications = Applications.Where(other => other.Id != application.Id).Append(application) });

    internal AccessSnapshot With(Group group) => Next(ToContent() with { Groups = Groups.Where(other => other.Id != group.Id).Append(group) });

    internal AccessSnapshot With(ValueList list) => Next(ToContent() with { Lists = Lists.Where(other => other.Id != list.Id).Append(list) });

    internal AccessSnapshot With(ApiToken token) => Next(ToContent() with { ApiTokens = ApiTokens.Append(token) });

    internal AccessSnapshot With(Organization organization) => Next(ToContent() with { Organization = organization });

    internal AccessSnapshot Without(ServiceToken token) => Next(ToContent() with { Tokens = Tokens.Remove(token) });

    internal AccessSnapshot Without(Application application) => Next(ToContent() with { Applications = Applications.Remove(application) });

    internal AccessSnapshot Without(Group group) => Next(ToContent() with { Groups = Groups.Remove(group) });

    internal AccessSnapshot Without(ValueList list) => Next(ToContent() with { Lists = Lists.Remove(list) });

    internal AccessSnapshot Without(ApiToken token) => Next(ToContent() with { ApiTokens = ApiTokens.Remove(token) });

    /// <summary>The snapshot after a change: its version is one higher.</summary>
    internal AccessSnapshot Next(AccessContent content) => new(Version + 1, content);

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
