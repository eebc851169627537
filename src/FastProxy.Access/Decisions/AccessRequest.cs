using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Decisions;

/// <summary>Who asks for what.</summary>
/// <param name="Application">The application the request's host and path lead to.</param>
/// <param name="Token">The token that was authenticated, never merely claimed; null: none.</param>
/// <param name="Address">The caller's address; null: not known (it came through a proxy that is not trusted).</param>
public readonly record struct AccessRequest(Application Application, ServiceToken? Token, IPAddress? Address);
