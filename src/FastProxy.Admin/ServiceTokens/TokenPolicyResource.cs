using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Admin.ServiceTokens;

/// <summary>A policy with rules about a service token.</summary>
internal sealed record TokenPolicyResource(Guid Id, string Name, string Decision, bool Admits, IReadOnlyList<string> Through)
{
    public static TokenPolicyResource Of(TokenPolicy item) =>
        new(item.Policy.Id, item.Policy.Name, item.Policy.Action.ToApiName(), item.Admits, item.Through);
}
