using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Applications;

/// <summary>Finds applications by host and path. Built once, read by any number of threads.</summary>
internal sealed class ApplicationDomainIndex
{
    // The domains of one exact host, most specific path first.
    private readonly Dictionary<string, Entry[]> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Entry[]>.AlternateLookup<ReadOnlySpan<char>> _exactSpan;

    // The domains with a wildcard in the host, most specific host first.
    private readonly Entry[] _wildcard;
    private readonly Dictionary<ApplicationDomain, Application> _owners = [];

    public ApplicationDomainIndex(ImmutableArray<Application> applications)
    {
        _exactSpan = _exact.GetAlternateLookup<ReadOnlySpan<char>>();
        var entries = new List<Entry>();
        foreach (var application in applications)
        {
            foreach (var domain in application.Domains)
            {
                entries.Add(new Entry(domain, application));
                _owners.TryAdd(domain, application);
            }
        }

        // The sort is stable: of equally specific domains the older application's comes first.
        var byPath = entries.OrderByDescending(entry => Literals(entry.Domain.Path)).ThenBy(entry => Stars(entry.Domain.Path)).ToList();
        foreach (var host in byPath.Where(entry => !entry.Domain.HasWildcardHost).GroupBy(entry => entry.Domain.Host))
        {
            _exact[host.Key] = [.. host];
        }

        _wildcard =
        [
            .. byPath.Where(entry => entry.Domain.HasWildcardHost)
                .OrderByDescending(entry => Literals(entry.Domain.Host))
                .ThenBy(entry => Stars(entry.Domain.Host)),
        ];
    }

    public bool TryGetOwner(ApplicationDomain domain, [NotNullWhen(true)] out Application? application) =>
        _owners.TryGetValue(domain, out application);

    public bool TryFind(ReadOnlySpan<char> host, ReadOnlySpan<char> path, [NotNullWhen(true)] out Application? application)
    {
        host = HostName.WithoutTrailingDot(host);
        if (host is ['[', .. var inner, ']'])
        {
            host = inner;
        }

        if (_exactSpan.TryGetValue(host, out var entries))
        {
            foreach (var entry in entries)
            {
                if (PathPattern.Covers(entry.Domain.Path, path))
                {
                    application = entry.Application;
                    return true;
                }
            }
        }

        foreach (var entry in _wildcard)
        {
            if (HostName.Covers(entry.Domain.Host, host) && PathPattern.Covers(entry.Domain.Path, path))
            {
                application = entry.Application;
                return true;
            }
        }

        application = null;
        return false;
    }

    private static int Literals(string pattern) => pattern.Length - Stars(pattern);

    private static int Stars(string pattern) => pattern.AsSpan().Count('*');

    private readonly record struct Entry(ApplicationDomain Domain, Application Application);
}
