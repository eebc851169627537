using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Quickstart;

/// <summary>
/// What the quickstart puts into the store: one application, one service token, one Service Auth policy that admits the token.
/// Run again on the same data directory it finds them and only corrects what would not work: the origin, and a token that expired, was
/// switched off, or whose secret is not the one on disk.
/// </summary>
internal sealed class QuickstartSetup(IAccessStore store, string directory, TimeProvider timeProvider)
{
    public const string Host = "ssh.localhost";

    public const string TokenName = "quickstart";

    private const string ApplicationName = "quickstart";

    public string IdFile { get; } = Path.Combine(directory, "client-id");

    public string SecretFile { get; } = Path.Combine(directory, "client-secret");

    /// <summary>Makes or corrects everything. Null, or why it cannot be done.</summary>
    public async Task<string?> ApplyAsync(Origin origin, CancellationToken cancellationToken)
    {
        var (token, error) = await EnsureTokenAsync(cancellationToken);
        return error ?? await EnsureApplicationAsync(origin, token!, cancellationToken);
    }

    private async Task<(ServiceToken? Token, string? Error)> EnsureTokenAsync(CancellationToken cancellationToken)
    {
        if (store.Current.TryGetTokenByName(TokenName, out var existing))
        {
            return await ReuseTokenAsync(existing, cancellationToken);
        }

        var issued = ServiceTokenFactory.Issue(TokenName, ServiceTokenFactory.DefaultDuration, timeProvider.GetUtcNow());
        var created = await store.CreateTokenAsync(issued.Token, cancellationToken);
        return created.IsOk ? (Keep(created.Value!, issued.Secret), null) : (null, created.Message);
    }

    private async Task<(ServiceToken? Token, string? Error)> ReuseTokenAsync(ServiceToken existing, CancellationToken cancellationToken)
    {
        // The secret cannot be had back from its hash: where the files do not hold it the token gets a new one.
        var secret = await FilesHoldAsync(existing, cancellationToken) ? null : ClientSecret.Create();
        if (secret is null && existing.Enabled && !existing.IsExpired(timeProvider.GetUtcNow()))
        {
            return (existing, null);
        }

        var changed = await store.UpdateTokenAsync(existing.Id, token => PutInForce(token, secret), cancellationToken);
        return !changed.IsOk ? (null, changed.Message)
            : (secret is null ? changed.Value! : Keep(changed.Value!, secret), null);
    }

    private ServiceToken PutInForce(ServiceToken token, ClientSecret? secret)
    {
        var now = timeProvider.GetUtcNow();
        var enabled = (token.IsExpired(now) ? token.WithDuration(ServiceTokenFactory.DefaultDuration, now) : token) with { Enabled = true };
        return secret is null ? enabled : enabled with { Secret = secret.ToHash(), SecretVersion = token.SecretVersion + 1 };
    }

    private async Task<bool> FilesHoldAsync(ServiceToken token, CancellationToken cancellationToken) =>
        File.Exists(IdFile) && File.Exists(SecretFile)
        && (await File.ReadAllTextAsync(IdFile, cancellationToken)).TrimEnd('\n') == token.ClientId
        && token.Secret.Matches((await File.ReadAllTextAsync(SecretFile, cancellationToken)).TrimEnd('\n'));

    private ServiceToken Keep(ServiceToken token, ClientSecret secret)
    {
        PrivateFile.Write(IdFile, token.ClientId);
        PrivateFile.Write(SecretFile, secret.Reveal());
        return token;
    }

    private async Task<string?> EnsureApplicationAsync(Origin origin, ServiceToken token, CancellationToken cancellationToken)
    {
        if (store.Current.TryGetApplicationByName(ApplicationName, out var existing))
        {
            return existing.Origin == origin
                ? null
                : (await store.UpdateApplicationAsync(existing.Id, application => application with { Origin = origin }, cancellationToken)).Message;
        }

        var now = timeProvider.GetUtcNow();
        if (!ApplicationDomain.TryParse(Host, out var domain, out var error))
        {
            return error;
        }

        var policy = new Policy
        {
            Id = Guid.NewGuid(),
            Name = "the quickstart's token",
            Action = PolicyAction.ServiceAuth,
            Include = [new ServiceTokenRule(token.Id)],
            Precedence = 1,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var application = new Application
        {
            Id = Guid.NewGuid(),
            Name = ApplicationName,
            Aud = ApplicationAudience.Create(),
            Domains = [domain],
            Origin = origin,
            Policies = [policy],
            CreatedAt = now,
            UpdatedAt = now,
        };
        return (await store.CreateApplicationAsync(application, cancellationToken)).Message;
    }
}
