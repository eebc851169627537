using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of service tokens. Pure: every store uses the same checks.</summary>
public static class TokenChanges
{
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

    /// <summary>Removes a token that no rule names.</summary>
    public static AccessChange<ServiceToken> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetToken(id, out var token))
        {
            return AccessChange<ServiceToken>.Refused(MutationProblem.NotFound("service token"));
        }

        var users = RuleReferences.FindUsers(snapshot, rule => rule.NamedToken == id);
        return users.IsEmpty
            ? AccessChange<ServiceToken>.To(snapshot.Without(token), token)
            : AccessChange<ServiceToken>.Refused(RuleReferences.InUse($"the service token '{token.Name}'", users));
    }

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
