using FastProxy.Access.Applications;
using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Storage.Sqlite;

namespace FastProxy.Storage;

/// <content>The changes one by one: what is worked out, and what is written.</content>
public sealed partial class SqliteAccessStore
{
    /// <inheritdoc/>
    public Task<MutationResult<ServiceToken>> CreateTokenAsync(ServiceToken token, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => TokenChanges.Create(snapshot, token), WriteToken, cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<ServiceToken>> UpdateTokenAsync(
        Guid id,
        Func<ServiceToken, ServiceToken> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => TokenChanges.Update(snapshot, id, change, _time.GetUtcNow()), WriteToken, cancellationToken);

    /// <inheritdoc/>
    public async Task<MutationResult<ServiceToken>> DeleteTokenAsync(Guid id, CancellationToken cancellationToken)
    {
        var result = await ChangeAsync(
            snapshot => TokenChanges.Delete(snapshot, id),
            (database, _) => AccessWriter.DeleteToken(database, id),
            cancellationToken);
        if (result.IsOk)
        {
            _uses.TryRemove(id, out _);
        }

        return result;
    }

    /// <inheritdoc/>
    public Task<MutationResult<Application>> CreateApplicationAsync(Application application, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => ApplicationChanges.Create(snapshot, application), WriteApplication, cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Application>> UpdateApplicationAsync(
        Guid id,
        Func<Application, Application> change,
        CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => ApplicationChanges.Update(snapshot, id, change, _time.GetUtcNow()), WriteApplication, cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Application>> DeleteApplicationAsync(Guid id, CancellationToken cancellationToken) => ChangeAsync(
        snapshot => ApplicationChanges.Delete(snapshot, id),
        (database, _) => AccessWriter.DeleteApplication(database, id),
        cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Policy>> AddPolicyAsync(Guid applicationId, Policy policy, CancellationToken cancellationToken) => ChangeAsync(
        snapshot => PolicyChanges.Add(snapshot, applicationId, policy),
        (database, change) => WritePolicies(database, change, applicationId),
        cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Policy>> UpdatePolicyAsync(
        Guid applicationId,
        Guid policyId,
        Func<Policy, Policy> change,
        CancellationToken cancellationToken) => ChangeAsync(
            snapshot => PolicyChanges.Update(snapshot, applicationId, policyId, change, _time.GetUtcNow()),
            (database, changed) => WritePolicies(database, changed, applicationId),
            cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Policy>> RemovePolicyAsync(Guid applicationId, Guid policyId, CancellationToken cancellationToken) => ChangeAsync(
        snapshot => PolicyChanges.Remove(snapshot, applicationId, policyId),
        (database, change) => WritePolicies(database, change, applicationId),
        cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Group>> CreateGroupAsync(Group group, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => GroupChanges.Create(snapshot, group), WriteGroup, cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Group>> UpdateGroupAsync(Guid id, Func<Group, Group> change, CancellationToken cancellationToken) =>
        ChangeAsync(snapshot => GroupChanges.Update(snapshot, id, change, _time.GetUtcNow()), WriteGroup, cancellationToken);

    /// <inheritdoc/>
    public Task<MutationResult<Group>> DeleteGroupAsync(Guid id, CancellationToken cancellationToken) => ChangeAsync(
        snapshot => GroupChanges.Delete(snapshot, id),
        (database, _) => AccessWriter.DeleteGroup(database, id),
        cancellationToken);

    private static void WriteToken(SqliteDatabase database, AccessChange<ServiceToken> change) =>
        AccessWriter.Write(database, change.Result.Value!);

    private static void WriteApplication(SqliteDatabase database, AccessChange<Application> change) =>
        AccessWriter.Write(database, change.Result.Value!);

    private static void WriteGroup(SqliteDatabase database, AccessChange<Group> change) =>
        AccessWriter.Write(database, change.Result.Value!);

    private static void WritePolicies(SqliteDatabase database, AccessChange<Policy> change, Guid applicationId)
    {
        if (change.Next!.TryGetApplication(applicationId, out var application))
        {
            AccessWriter.Write(database, application);
        }
    }
}
