using FastProxy.Access.Applications;
using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Stores;

/// <summary>
/// What outlives the process: tokens, applications with their policies, groups. Reads are one field, <see cref="Current"/>; a change is
/// checked, written to disk, and only then seen and reported. Thread-safe. Expected endings are values: see <see cref="MutationStatus"/>.
/// In a change function an id and a creation time are left as they are, and the time of change is set by the store.
/// </summary>
public interface IAccessStore
{
    /// <summary>Raised after <see cref="Current"/> was replaced, in order of versions, on the thread that made the change. A handler returns quickly and does not throw.</summary>
    event Action<AccessSnapshot>? Changed;

    /// <summary>The state of now. Take it once a request.</summary>
    AccessSnapshot Current { get; }

    /// <summary>
    /// Makes one change, whatever it touches, in one transaction: all of it or nothing. The other changes here are this one, spelled out.
    /// </summary>
    /// <param name="plan">Works the change out from the state of the moment; called once, and with nobody else changing the store.</param>
    /// <param name="cancellationToken">Stops waiting for the turn; a change that has begun is finished.</param>
    Task<MutationResult<T>> ChangeAsync<T>(Func<AccessSnapshot, AccessChange<T>> plan, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Adds a service token. Conflict: its name or client id is taken.</summary>
    Task<MutationResult<ServiceToken>> CreateTokenAsync(ServiceToken token, CancellationToken cancellationToken);

    /// <summary>Replaces a service token by what <paramref name="change"/> makes of it.</summary>
    Task<MutationResult<ServiceToken>> UpdateTokenAsync(Guid id, Func<ServiceToken, ServiceToken> change, CancellationToken cancellationToken);

    /// <summary>Removes a service token. InUse: rules name it.</summary>
    Task<MutationResult<ServiceToken>> DeleteTokenAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Adds an application with the policies it brings. Conflict: its name or a domain is taken.</summary>
    Task<MutationResult<Application>> CreateApplicationAsync(Application application, CancellationToken cancellationToken);

    /// <summary>Replaces an application, its policies included, by what <paramref name="change"/> makes of it.</summary>
    Task<MutationResult<Application>> UpdateApplicationAsync(Guid id, Func<Application, Application> change, CancellationToken cancellationToken);

    /// <summary>Removes an application and its policies. InUse: rules of others name it.</summary>
    Task<MutationResult<Application>> DeleteApplicationAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Adds a policy to an application; with precedence 0 at the end. Invalid: the precedence is taken.</summary>
    Task<MutationResult<Policy>> AddPolicyAsync(Guid applicationId, Policy policy, CancellationToken cancellationToken);

    /// <summary>Replaces a policy by what <paramref name="change"/> makes of it.</summary>
    Task<MutationResult<Policy>> UpdatePolicyAsync(Guid applicationId, Guid policyId, Func<Policy, Policy> change, CancellationToken cancellationToken);

    /// <summary>Removes a policy from an application.</summary>
    Task<MutationResult<Policy>> RemovePolicyAsync(Guid applicationId, Guid policyId, CancellationToken cancellationToken);

    /// <summary>Adds a group. Conflict: its name is taken.</summary>
    Task<MutationResult<Group>> CreateGroupAsync(Group group, CancellationToken cancellationToken);

    /// <summary>Replaces a group by what <paramref name="change"/> makes of it. Invalid: it would contain itself.</summary>
    Task<MutationResult<Group>> UpdateGroupAsync(Guid id, Func<Group, Group> change, CancellationToken cancellationToken);

    /// <summary>Removes a group. InUse: rules name it.</summary>
    Task<MutationResult<Group>> DeleteGroupAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Looks whether another process changed the store, and if so reads it anew. Returns the state of now. Does not throw for a store that cannot be read.</summary>
    Task<AccessSnapshot> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Whether the store can be read now: null, or one line that says why not. Reads what another process has changed, too.</summary>
    Task<string?> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Notes that a token was used. In memory only, so that a request may call it; written down from time to time.</summary>
    void MarkTokenSeen(Guid tokenId, DateTimeOffset time);

    /// <summary>When a token was last used, as far as this process and the last one that stopped in order know; null: never.</summary>
    DateTimeOffset? LastSeen(Guid tokenId);
}
