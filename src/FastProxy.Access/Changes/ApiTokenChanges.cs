using FastProxy.Access.ApiTokens;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of API tokens. Pure: every store uses the same checks.</summary>
public static class ApiTokenChanges
{
    /// <summary>Adds an API token.</summary>
    public static AccessChange<ApiToken> Create(AccessSnapshot snapshot, ApiToken token)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(token);
        if (!EntityName.IsValid(token.Name, out var error))
        {
            return AccessChange<ApiToken>.Refused(MutationProblem.Invalid(error));
        }

        if (!token.Value.HasValue)
        {
            return AccessChange<ApiToken>.Refused(MutationProblem.Invalid("the API token has no value"));
        }

        return snapshot.TryGetApiTokenByName(token.Name, out _)
            ? AccessChange<ApiToken>.Refused(MutationProblem.Conflict($"there is already an API token named '{token.Name}'"))
            : AccessChange<ApiToken>.To(snapshot.With(token), token);
    }

    /// <summary>Removes an API token.</summary>
    public static AccessChange<ApiToken> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.ApiTokens.FirstOrDefault(token => token.Id == id) is { } token
            ? AccessChange<ApiToken>.To(snapshot.Without(token), token)
            : AccessChange<ApiToken>.Refused(MutationProblem.NotFound("API token"));
    }
}
