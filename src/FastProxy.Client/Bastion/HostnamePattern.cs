using System.Diagnostics.CodeAnalysis;
using FastProxy.Client.Connecting;

namespace FastProxy.Client.Bastion;

/// <summary>
/// A host that a rule names: one application, or <c>*.DOMAIN</c> for every host one label below it, as applications' own wildcards work.
/// Immutable.
/// </summary>
public sealed record HostnamePattern
{
    private HostnamePattern(string text, AppUrl app, bool isWildcard)
    {
        Text = text;
        App = app;
        IsWildcard = isWildcard;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Whether it is <c>*.DOMAIN</c>.</summary>
    public bool IsWildcard { get; }

    /// <summary>The application, or the wildcard's domain.</summary>
    public AppUrl App { get; }

    /// <summary>Reads <c>gitlab.example.com</c>, <c>db.example.com:8443</c> (where to connect; requests name no port) or <c>*.example.com</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostnamePattern? pattern, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        pattern = null;
        var wildcard = text.StartsWith("*.", StringComparison.Ordinal);
        var host = wildcard ? text[2..] : text;
        if (host.Contains('*', StringComparison.Ordinal) || host.Length == 0)
        {
            error = "a wildcard stands for the first label alone, as in *.example.com";
            return false;
        }

        if (!AppUrl.TryParse(host, PlainHttp.Loopback, out var app, out error))
        {
            return false;
        }

        if (app.PathAndQuery.Length > 1)
        {
            error = "a path has no place in it: requests name hosts";
            return false;
        }

        pattern = new HostnamePattern(text, app, wildcard);
        return true;
    }

    /// <summary>Whether it covers a host, given in lower case.</summary>
    public bool Covers(ReadOnlySpan<char> host)
    {
        if (!IsWildcard)
        {
            return host.SequenceEqual(App.Host);
        }

        var dot = host.IndexOf('.');
        return dot > 0 && host[(dot + 1)..].SequenceEqual(App.Host);
    }

    /// <summary>Whether every host that <paramref name="other"/> covers is covered by this one too.</summary>
    public bool Covers(HostnamePattern other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.IsWildcard ? IsWildcard && App.Host == other.App.Host : Covers(other.App.Host);
    }
}
