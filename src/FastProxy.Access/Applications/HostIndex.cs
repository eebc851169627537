using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Applications;

/// <summary>
/// Wildcard hosts by their labels, the last label first. At each label a name that is written out comes before one with a
/// <c>*</c>, and of these the one with more characters written out comes first. Built by one thread, then read by any number.
/// </summary>
internal sealed class HostIndex
{
    // Labels written out, and labels with a star, both under their own text: "git", "git-*". A star stands for one character at least.
    private readonly Dictionary<string, HostIndex> _labels = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HostIndex>.AlternateLookup<ReadOnlySpan<char>> _labelSpan;

    // The shapes of the labels with a star, the one with most characters first: a label is looked up once for each.
    private readonly List<(int Before, int After)> _shapes = [];
    private PathIndex? _paths;

    public HostIndex()
    {
        _labelSpan = _labels.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public void Add(ApplicationDomain domain, Application application)
    {
        var node = this;
        for (var rest = domain.Host.AsSpan(); !rest.IsEmpty;)
        {
            var dot = rest.LastIndexOf('.');
            node = node.Child(rest[(dot + 1)..].ToString());
            rest = dot < 0 ? [] : rest[..dot];
        }

        (node._paths ??= new PathIndex()).Add(domain.Path, application);
    }

    /// <summary>Finds the most specific application of a host, without port, brackets and trailing dot.</summary>
    public bool TryFind(ReadOnlySpan<char> host, ReadOnlySpan<char> path, [NotNullWhen(true)] out Application? application)
    {
        application = null;
        var dot = host.LastIndexOf('.');
        var label = host[(dot + 1)..];
        if (label.Length is 0 or > HostName.MaximumLabel)
        {
            return false;
        }

        var rest = dot < 0 ? [] : host[..dot];
        if (_labelSpan.TryGetValue(label, out var child) && child.TryContinue(dot < 0, rest, path, out application))
        {
            return true;
        }

        Span<char> pattern = stackalloc char[HostName.MaximumLabel];
        foreach (var (before, after) in _shapes)
        {
            if (before + after >= label.Length)
            {
                continue;
            }

            label[..before].CopyTo(pattern);
            pattern[before] = '*';
            label[^after..].CopyTo(pattern[(before + 1)..]);
            if (_labelSpan.TryGetValue(pattern[..(before + 1 + after)], out child) && child.TryContinue(dot < 0, rest, path, out application))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryContinue(bool atEnd, ReadOnlySpan<char> rest, ReadOnlySpan<char> path, [NotNullWhen(true)] out Application? application)
    {
        if (!atEnd)
        {
            return TryFind(rest, path, out application);
        }

        application = null;
        return _paths is not null && _paths.TryFind(path, out application);
    }

    private HostIndex Child(string label)
    {
        if (_labels.TryGetValue(label, out var child))
        {
            return child;
        }

        _labels.Add(label, child = new HostIndex());
        var star = label.IndexOf('*', StringComparison.Ordinal);
        var shape = (star, label.Length - star - 1);
        if (star >= 0 && !_shapes.Contains(shape))
        {
            _shapes.Add(shape);
            _shapes.Sort(static (a, b) => (b.Before + b.After, b.Before).CompareTo((a.Before + a.After, a.Before)));
        }

        return child;
    }
}
