using FastProxy.Access.ApiTokens;
using FastProxy.Access.Applications;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Stores;

/// <summary>What a snapshot is made of, in any order. The objects must be consistent, as the checks of a store leave them.</summary>
public sealed record AccessContent
{
    /// <summary>The service tokens.</summary>
    public IEnumerable<ServiceToken> Tokens { get; init; } = [];

    /// <summary>The applications, each with its policies, the reusable ones it uses included.</summary>
    public IEnumerable<Application> Applications { get; init; } = [];

    /// <summary>The groups.</summary>
    public IEnumerable<Group> Groups { get; init; } = [];

    /// <summary>The reusable policies, used or not.</summary>
    public IEnumerable<Policy> ReusablePolicies { get; init; } = [];

    /// <summary>The lists of values.</summary>
    public IEnumerable<ValueList> Lists { get; init; } = [];

    /// <summary>The API tokens.</summary>
    public IEnumerable<ApiToken> ApiTokens { get; init; } = [];

    /// <summary>The settings of the account.</summary>
    public Organization Organization { get; init; } = Organization.Default;
}
