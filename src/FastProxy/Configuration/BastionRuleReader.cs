using System.Globalization;
using FastProxy.Client.Bastion;
using FastProxy.Client.Credentials;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>
/// Reads <c>allow:</c> of a unix listener. Whoever writes rules means something by each of them: a rule that names nobody, or that an
/// earlier one leaves nothing to decide, is refused.
/// </summary>
internal sealed class BastionRuleReader(ConfigurationProblems problems, AccountDatabase accounts, bool hasGateway)
{
    private readonly List<(BastionRule Rule, string Path)> _rules = [];

    /// <summary>The rules of a listener; what is wrong is reported.</summary>
    /// <param name="listener">The listener's map.</param>
    /// <param name="token">Finds the token a map names, and what it is called; null where that is reported.</param>
    public IReadOnlyList<BastionRule> Read(YamlReader listener, Func<YamlReader, (string Name, ClientCredential Credential)?> token)
    {
        var items = listener.List("allow").ToList();
        if (items.Count == 0)
        {
            listener.Error(listener.Self, listener.PathOf("allow"), "missing; expected at least one rule: without any nobody may connect");
        }

        foreach (var (item, path) in items)
        {
            if (listener.MapAt(item, path, "a map with user or group, hostnames and token") is { } map)
            {
                Rule(map, token);
            }
        }

        return [.. _rules.Select(rule => rule.Rule)];
    }

    private void Rule(YamlReader map, Func<YamlReader, (string Name, ClientCredential Credential)?> findToken)
    {
        var (user, group) = Who(map);
        var hostnames = Hostnames(map);
        var token = findToken(map);
        var sessions = map.Node("sessions") is null ? (int?)null : map.Count("sessions", 1);
        map.Done();
        if (token is not { } found || (user is null && group is null) || hostnames.Count == 0)
        {
            return;
        }

        var rule = new BastionRule
        {
            UserId = user,
            GroupId = group,
            Hostnames = hostnames,
            TokenName = found.Name,
            Credential = found.Credential,
            Sessions = sessions,
            UserAgent = string.Create(CultureInfo.InvariantCulture, $"fastproxy/{ProductVersion.Number}"),
        };
        foreach (var (earlier, path) in _rules)
        {
            if (earlier.NamesTheSameAs(rule)
                && hostnames.FirstOrDefault(hostname => earlier.Hostnames.Any(pattern => pattern.Covers(hostname))) is { } shadowed)
            {
                map.Error(map.Self, map.Path, $"{path} decides on '{shadowed.Text}' for the same user or group already: the first rule that fits is the only one asked");
            }
        }

        _rules.Add((rule, map.Path));
    }

    private (uint? User, uint? Group) Who(YamlReader map)
    {
        var user = map.Scalar("user", "the name of a user");
        var uid = map.Scalar("uid", "the number of a user");
        var group = map.Scalar("group", "the name of a group");
        var gid = map.Scalar("gid", "the number of a group");
        if (new[] { user, uid, group, gid }.Count(given => given is not null) != 1)
        {
            map.Error(map.Self, map.Path, "expected exactly one of user, uid, group, gid");
            return default;
        }

        if ((user ?? group) is { } name)
        {
            var id = user is not null ? accounts.User(name.Text, out var error) : accounts.Group(name.Text, out error);
            if (id is null)
            {
                map.Error(name, map.PathOf(user is not null ? "user" : "group"), error);
            }

            return user is not null ? (id, null) : (null, id);
        }

        var number = Number(map, (uid ?? gid)!, uid is not null ? "uid" : "gid");
        return uid is not null ? (number, null) : (null, number);
    }

    private static uint? Number(YamlReader map, YamlScalar scalar, string key)
    {
        if (!uint.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            map.Expected(scalar, map.PathOf(key), "a number");
            return null;
        }

        if (AccountDatabase.Problem(id) is { } problem)
        {
            map.Error(scalar, map.PathOf(key), problem);
            return null;
        }

        return id;
    }

    private List<HostnamePattern> Hostnames(YamlReader map)
    {
        var hostnames = new List<HostnamePattern>();
        var items = map.List("hostnames").ToList();
        if (items.Count == 0)
        {
            map.Error(map.Self, map.PathOf("hostnames"), "missing; expected a list of hosts, or of *.DOMAIN");
        }

        foreach (var (item, path) in items)
        {
            if (map.ScalarAt(item, path, "a host, or *.DOMAIN") is not { } scalar)
            {
                continue;
            }

            if (!HostnamePattern.TryParse(scalar.Text, out var pattern, out var error))
            {
                map.Error(scalar, path, error);
            }
            else if (pattern.IsWildcard && !hasGateway)
            {
                map.Error(scalar, path, "a wildcard needs gateway: without it nobody says where such a host is");
            }
            else if (hostnames.Find(earlier => earlier.Covers(pattern)) is { } covering)
            {
                problems.Error(scalar, $"{path}: '{covering.Text}' covers it already");
            }
            else
            {
                hostnames.Add(pattern);
            }
        }

        return hostnames;
    }
}
