using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Gateway.Sessions;

/// <summary>What was decided for a session that may begin: to what, for whom, by which policy.</summary>
internal sealed record Admission(Application Application, ServiceToken? Token, Policy Policy, Origin Origin, string? Destination);
