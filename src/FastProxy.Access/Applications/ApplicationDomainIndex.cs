using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Applications;

/// <summary>
/// Finds applications by host and path. What it costs depends on the length of the request and on how many shapes of wildcards there
/// are, not on how many applications. Built once, read by any number of threads.
/// </summary>
internal sealed class ApplicationDomainIndex
{
    // Hosts without a wildcard: nearly all, and one look-up.
    private readonly Dictionary<string, PathIndex> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PathIndex>.AlternateLookup<ReadOnlySpan<char>> _exactSpan;
    private readonly HostIndex _wildcard = new();
    private readonly Dictionary<ApplicationDomain, Application> _owners = [];

    public ApplicationDomainIndex(ImmutableArray<Application> applications)
    {
        _exactSpan = _exact.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var application in applications)
        {
            foreach (var domain in application.Domains)
            {
                // Of equal domains, which a store refuses, the older application's counts.
                if (!_owners.TryAdd(domain, application))
                {
                    continue;
                }

                if (domain.HasWildcardHost)
                {
                    _wildcard.Add(domain, application);
                }
                else
                {
                    if (!_exact.TryGetValue(domain.Host, out var paths))
                    {
                        _exact.Add(domain.Host, paths = new PathIndex());
                    }

                    paths.Add(domain.Path, application);
                }
            }
        }
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

        application = null;
        return (_exactSpan.TryGetValue(host, out var paths) && paths.TryFind(path, out application))
            || _wildcard.TryFind(host, path, out application);
    }
}
