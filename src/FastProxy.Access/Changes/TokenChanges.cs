using System.Collections.Immutable;
using FastProxy.Access.Organizations;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of service tokens. Pure: every store uses the same checks.</summary>
public static class TokenChanges
{
    private static readonly TimeSpan s_longestOverlap = TimeSpan.FromDays(365);

    /// <summary>Adds a token.</summary>
    public static AccessChange<ServiceToken> Create(AccessSnapshot snapshot, ServiceToken token)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(token);
        if (snapshot.TryGetToken(token.Id, out _))
        {
            return AccessChange<ServiceToken>.Refused(MutationProblem.Conflict("a service token with this id exists"));
        }

        return Checked(snapshot, token);
    }

    /// <summary>Replaces a token; id and creation time stay.</summary>
    public static AccessChange<ServiceToken> Update(
        AccessSnapshot snapshot,
        Guid id,
        Func<ServiceToken, ServiceToken> change,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        return snapshot.TryGetToken(id, out var token)
            ? Checked(snapshot, change(token) with { Id = id, CreatedAt = token.CreatedAt, UpdatedAt = now })
            : AccessChange<ServiceToken>.Refused(MutationProblem.NotFound("service token"));
    }

    /// <summary>
    /// Gives a token a new secret. The one it had counts until <paramref name="previousUntil"/>; null: no longer, and neither does one before it.
    /// Refused where that would end a secret earlier than its users were told: see <see cref="CheckOverlap"/>.
    /// </summary>
    public static AccessChange<ServiceToken> Rotate(
        AccessSnapshot snapshot, Guid id, SecretHash secret, DateTimeOffset? previousUntil, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.TryGetToken(id, out var token) && CheckOverlap(token, previousUntil, now) is { } error
            ? AccessChange<ServiceToken>.Refused(MutationProblem.Invalid(error))
            : Update(snapshot, id, old => old.Rotated(secret, previousUntil, old.SecretVersion + 1, now), now);
    }

    /// <summary>
    /// Null when a rotation may keep the secret of a token until a time, or no longer (null). Else a sentence: who asks for an overlap wants
    /// nobody cut off, and an end in the past (two clocks that differ) or an overlap that still runs would do just that.
    /// </summary>
    public static string? CheckOverlap(ServiceToken token, DateTimeOffset? previousUntil, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        return previousUntil is not { } end ? null
            : end <= now ? $"the old secret would stop at once: {end.UtcDateTime:u} is past, here it is {now.UtcDateTime:u}; say no end where that is meant"
            : end - now > s_longestOverlap ? $"the old secret would stay for more than {s_longestOverlap.TotalDays:0} days"
            : token.HasPreviousSecret(now) ? $"the secret before the one in force still works, until {token.PreviousSecretExpiresAt!.Value.UtcDateTime:u}, and would "
                + "stop now: a token has two at most. Wait until then, or rotate without an overlap, which ends both"
            : null;
    }

    /// <summary>Removes a token that no rule names.</summary>
    public static AccessChange<ServiceToken> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetToken(id, out var token))
        {
            return AccessChange<ServiceToken>.Refused(MutationProblem.NotFound("service token"));
        }

        var users = Users(snapshot, token);
        return users.IsEmpty
            ? AccessChange<ServiceToken>.To(snapshot.Without(token), token)
            : AccessChange<ServiceToken>.Refused(RuleReferences.InUse($"the service token '{token.Name}'", users));
    }

    /// <summary>
    /// Ends a token for good, whatever names it: it is deleted, or, while rules name it, kept switched off and without a secret that anybody
    /// has. Only a token that does not exist is refused.
    /// </summary>
    public static AccessChange<TokenRevocation> Revoke(AccessSnapshot snapshot, Guid id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetToken(id, out var token))
        {
            return AccessChange<TokenRevocation>.Refused(MutationProblem.NotFound("service token"));
        }

        var usage = TokenUsage.Of(snapshot, id);
        var users = Users(snapshot, token);
        if (users.IsEmpty)
        {
            return AccessChange<TokenRevocation>.To(snapshot.Without(token), new TokenRevocation(token, usage, []));
        }

        var revoked = token.Revoked() with { UpdatedAt = now };
        return AccessChange<TokenRevocation>.To(snapshot.With(revoked), new TokenRevocation(revoked, usage, users));
    }

    /// <summary>
    /// Switches off, or deletes, the tokens that nobody has used for long. Only those that are in force, that no rule names, and that are no
    /// canaries: nobody is to use those. Changes nothing where there are none.
    /// </summary>
    /// <param name="snapshot">What there is.</param>
    /// <param name="policy">How long is long, and what happens then.</param>
    /// <param name="lastSeen">When a token was used last; null: never.</param>
    /// <param name="now">The time. A use, a creation or a change that lies after it says that the clock is wrong: such a token is left alone.</param>
    public static AccessChange<RetiredTokens> RetireInactive(
        AccessSnapshot snapshot, ServiceTokenInactivity policy, Func<Guid, DateTimeOffset?> lastSeen, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(lastSeen);
        var retired = policy.Enabled ? snapshot.Tokens.Where(IsInactive).ToImmutableArray() : [];
        if (!retired.IsEmpty)
        {
            var named = RuleReferences.Named(snapshot, rule => rule.NamedToken);
            retired = retired.RemoveAll(token => named.Contains(token.Id));
        }

        if (retired.IsEmpty)
        {
            return AccessChange<RetiredTokens>.Refused(MutationProblem.NotFound("inactive service token"));
        }

        var ids = retired.Select(token => token.Id).ToHashSet();
        var others = snapshot.Tokens.Where(token => !ids.Contains(token.Id));
        var tokens = policy.Action == InactivityAction.Delete
            ? others
            : others.Concat(retired.Select(token => token.WithoutOverlap() with { Enabled = false, UpdatedAt = now }));
        return AccessChange<RetiredTokens>.To(snapshot.Next(snapshot.ToContent() with { Tokens = tokens }), new RetiredTokens(retired));

        bool IsInactive(ServiceToken token)
        {
            // Who changes a token, or switches it on again, wants it: its time begins anew.
            var touched = token.CreatedAt > token.UpdatedAt ? token.CreatedAt : token.UpdatedAt;
            var since = lastSeen(token.Id) is { } seen && seen > touched ? seen : touched;
            return token is { Enabled: true, IsCanary: false } && (now - since).TotalDays >= policy.ThresholdDays;
        }
    }

    /// <summary>
    /// Throws away the secrets whose overlap is over: they are nobody's any more, and no clock that is set back shall make them work again. Changes
    /// nothing where there are none. Nobody changed the tokens: their time of change stays.
    /// </summary>
    public static AccessChange<RetiredTokens> EndOverlaps(AccessSnapshot snapshot, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var over = snapshot.Tokens.Where(IsOver).ToImmutableArray();
        return over.IsEmpty
            ? AccessChange<RetiredTokens>.Refused(MutationProblem.NotFound("overlap that is over"))
            : AccessChange<RetiredTokens>.To(
                snapshot.Next(snapshot.ToContent() with { Tokens = snapshot.Tokens.Select(token => IsOver(token) ? token.WithoutOverlap() : token) }),
                new RetiredTokens(over));

        bool IsOver(ServiceToken token) => token.PreviousSecret is not null && !token.HasPreviousSecret(now);
    }

    private static ImmutableArray<string> Users(AccessSnapshot snapshot, ServiceToken token) =>
        RuleReferences.FindUsers(snapshot, rule => rule.NamedToken == token.Id);

    private static AccessChange<ServiceToken> Checked(AccessSnapshot snapshot, ServiceToken token)
    {
        // Who switches a token off means all of its secrets: switched on again it must not bring an old one back.
        token = token.Enabled ? token : token.WithoutOverlap();
        return Check(snapshot, token) is { } problem
            ? AccessChange<ServiceToken>.Refused(problem)
            : AccessChange<ServiceToken>.To(snapshot.With(token), token);
    }

    private static MutationProblem? Check(AccessSnapshot snapshot, ServiceToken token)
    {
        if (!EntityName.IsValid(token.Name, out var error))
        {
            return MutationProblem.Invalid(error);
        }

        if (snapshot.TryGetTokenByName(token.Name, out var other) && other.Id != token.Id)
        {
            return MutationProblem.Conflict($"there is already a service token named '{token.Name}'");
        }

        if (!ClientId.IsValid(token.ClientId))
        {
            return MutationProblem.Invalid("the client id is not 32 lower-case hex digits and '.access'");
        }

        if (snapshot.TryGetTokenByClientId(token.ClientId, out other) && other.Id != token.Id)
        {
            return MutationProblem.Conflict($"there is already a service token with the client id '{token.ClientId}'");
        }

        if (!token.Secret.HasValue || token.PreviousSecret is { HasValue: false })
        {
            return MutationProblem.Invalid("the service token has no secret");
        }

        return token.Duration is { } duration && duration <= TimeSpan.Zero
            ? MutationProblem.Invalid("the duration of a service token is longer than nothing")
            : null;
    }
}
