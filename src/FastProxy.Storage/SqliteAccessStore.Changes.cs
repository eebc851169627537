using FastProxy.Access.Applications;
using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Storage;

/// <content>The changes one by one: how each is worked out.</content>
public sealed partial class SqliteAccessStore
{
    /// <inheritdoc/>
    public Task<MutationResult<ServiceToken>> CreateTokenAsync(ServiceToken token, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => TokenChanges.Create(snapshot, token), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<ServiceToken>> UpdateTokenAsync(
        Guid id,
        Func<ServiceToken, ServiceToken> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => TokenChanges.Update(snapshot, id, change, _time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<ServiceToken>> DeleteTokenAsync(Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => TokenChanges.Delete(snapshot, id), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Application>> CreateApplicationAsync(Application application, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => ApplicationChanges.Create(snapshot, application), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Application>> UpdateApplicationAsync(
        Guid id,
        Func<Application, Application> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => ApplicationChanges.Update(snapshot, id, change, _time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Application>> DeleteApplicationAsync(Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => ApplicationChanges.Delete(snapshot, id), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Policy>> AddPolicyAsync(Guid applicationId, Policy policy, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => PolicyChanges.Add(snapshot, applicationId, policy), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Policy>> UpdatePolicyAsync(
        Guid applicationId,
        Guid policyId,
        Func<Policy, Policy> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => PolicyChanges.Update(snapshot, applicationId, policyId, change, _time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Policy>> RemovePolicyAsync(Guid applicationId, Guid policyId, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => PolicyChanges.Remove(snapshot, applicationId, policyId), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Group>> CreateGroupAsync(Group group, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => GroupChanges.Create(snapshot, group), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Group>> UpdateGroupAsync(Guid id, Func<Group, Group> change, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => GroupChanges.Update(snapshot, id, change, _time.GetUtcNow()), cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Group>> DeleteGroupAsync(Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => GroupChanges.Delete(snapshot, id), cancellationToken);
}
