using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Gateway.Http;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>
/// Turns what a request presents into an admission or a refusal, in the one order there is: application, credential, policy,
/// destination. The only place where Access' reasons become reason codes.
/// </summary>
internal sealed class Authorizer(IAccessStore store, SessionCounters counters, TimeProvider timeProvider)
{
    private static Refusal Unknown { get; } = new(ReasonCode.TokenUnknown, "the client id is not known or the client secret is wrong");

    /// <summary>Checks a credential that is well-formed. Constant work whether the id is known or not.</summary>
    public (AuthenticationResult Result, Refusal? Refusal) Authenticate(string clientId, string clientSecret)
    {
        var now = timeProvider.GetUtcNow();
        var result = TokenAuthenticator.Authenticate(store.Current, clientId, clientSecret, now);
        var refusal = result.Status switch
        {
            AuthenticationStatus.Authenticated => null,
            AuthenticationStatus.Expired => Expired(result.Token!),
            AuthenticationStatus.Disabled => Disabled(result.Token!),
            _ => Unknown,
        };
        if (refusal is null)
        {
            store.MarkTokenSeen(result.Token!.Id, now);
        }

        return (result, refusal);
    }

    /// <summary>Finds the application of a target.</summary>
    public (Application? Application, Refusal? Refusal) Find(RequestTarget target) =>
        store.Current.TryFindApplication(target.Host, target.Path, out var application)
            ? (application, null)
            : (null, new Refusal(ReasonCode.AppUnknown, $"no application is reached at {target.Host}{(target.Path == "/" ? "" : target.Path)}"));

    /// <summary>Decides by the policies in force now, and resolves where the session's bytes go.</summary>
    public (Admission? Admission, Refusal? Refusal, Guid? PolicyId) Decide(Application application, Caller caller, string? destination)
    {
        var snapshot = store.Current;
        ServiceToken? token = null;
        if (caller.Token is { } presented)
        {
            // A stream that is taken into use was authenticated long ago: what was true of its token then says nothing now.
            var lapse = Lapse(snapshot, presented, caller.UsedPreviousSecret, out token);
            if (lapse is not null)
            {
                return (null, lapse, null);
            }
        }

        var decision = PolicyEngine.Decide(snapshot, Facts(application, token, caller));
        counters.Decided(decision.Reason);
        if (!decision.Admitted)
        {
            return (null, ToRefusal(decision.Reason, application, caller), decision.Policy?.Id);
        }

        if (token is not null)
        {
            store.MarkTokenSeen(token.Id, timeProvider.GetUtcNow());
        }

        var (origin, refusal) = ResolveOrigin(application, destination);
        return refusal is null
            ? (new Admission(application, token, decision.Policy!, origin!, destination), null, decision.Policy!.Id)
            : (null, refusal, decision.Policy!.Id);
    }

    /// <summary>Whether a session that was admitted would still be, by the policies and tokens in force now.</summary>
    public bool StillAdmits(Admission admission, Caller caller)
    {
        var snapshot = store.Current;
        if (!snapshot.TryGetApplication(admission.Application.Id, out var application))
        {
            return false;
        }

        // What Decide asks, without making the answer's objects: this is asked of every session every second.
        ServiceToken? token = null;
        return application.Origin == admission.Application.Origin
            && (caller.Token is not { } presented || Lapse(snapshot, presented, caller.UsedPreviousSecret, out token) is null)
            && PolicyEngine.Decide(snapshot, Facts(application, token, caller)).Admitted
            && ResolveOrigin(application, admission.Destination).Refusal is null;
    }

    /// <summary>
    /// Whether a stream that has no session may wait for one: its token, or an application that admits the caller without one, is in
    /// force.
    /// </summary>
    public bool Authenticates(Caller caller, Application? application)
    {
        var snapshot = store.Current;
        return caller.Token is { } token
            ? Lapse(snapshot, token, caller.UsedPreviousSecret, out _) is null
            : application is not null && snapshot.TryGetApplication(application.Id, out var current)
                && PolicyEngine.Decide(snapshot, Facts(current, null, caller)).Admitted;
    }

    private AccessRequest Facts(Application application, ServiceToken? token, Caller caller) => new(application, token, caller.Address)
    {
        Country = caller.Country,

        // It was in its time when the connection began, which may be days ago.
        Certificate = caller.Certificate is { } certificate && timeProvider.GetUtcNow() < certificate.NotAfter ? certificate : null,
    };

    /// <summary>When the token that a caller has proved expires, if that is near enough to tell; null: not, or there is no token.</summary>
    public DateTimeOffset? ExpiresSoon(Caller caller) =>
        caller.Token is { } token && token.WarningAt(timeProvider.GetUtcNow()) != ExpiryWarning.None ? token.ExpiresAt : null;

    /// <summary>Why a token that authenticated once does so no more; null, with the token as it is now, where it still does.</summary>
    private Refusal? Lapse(AccessSnapshot snapshot, ServiceToken presented, bool usedPrevious, out ServiceToken? token)
    {
        var now = timeProvider.GetUtcNow();
        if (!snapshot.TryGetToken(presented.Id, out token))
        {
            return new Refusal(ReasonCode.TokenUnknown, $"the service token '{presented.Name}' was deleted");
        }

        if (token.IsCanary)
        {
            // It was made one since: from now on its holder is told what a stranger is told.
            return Unknown;
        }

        if (!token.Enabled)
        {
            return Disabled(token);
        }

        if (token.IsExpired(now))
        {
            return Expired(token);
        }

        // The secret that was presented must still be one of the token's: the one in force, or the one before it while that counts.
        // Told by the secret and not by its number, which an administrator may raise by more than one.
        var secret = usedPrevious ? presented.PreviousSecret : presented.Secret;
        return secret == token.Secret || (secret == token.PreviousSecret && token.HasPreviousSecret(now))
            ? null
            : new Refusal(ReasonCode.TokenUnknown, $"the service token '{token.Name}' has another secret now");
    }

    private static Refusal Expired(ServiceToken token) =>
        new(ReasonCode.TokenExpired, $"the service token '{token.Name}' expired on {token.ExpiresAt:yyyy-MM-dd}: `fastproxy token refresh` begins its lifetime again");

    private static Refusal Disabled(ServiceToken token) => new(ReasonCode.TokenDisabled, $"the service token '{token.Name}' is switched off");

    private static Refusal ToRefusal(DecisionReason reason, Application application, Caller caller) => reason switch
    {
        DecisionReason.CertificateRequired =>
            new Refusal(caller.Token is null ? ReasonCode.CredentialsMissing : ReasonCode.PolicyDenied, $"{application.Name} needs a client certificate, and none that counts was shown"),
        DecisionReason.CredentialRequired when caller.Token is null =>
            new Refusal(ReasonCode.CredentialsMissing, $"{application.Name} needs a service token: send {PresentedCredential.IdHeader} and {PresentedCredential.SecretHeader}"),
        DecisionReason.IdentityRequired when caller.Token is null =>
            new Refusal(ReasonCode.CredentialsMissing, $"{application.Name} needs a credential"),
        DecisionReason.IdentityRequired =>
            new Refusal(ReasonCode.PolicyDenied, $"the service token is valid, but only Allow policies of {application.Name} match it, and those admit people: use the action Service Auth"),
        DecisionReason.ApplicationHasNoPolicies =>
            new Refusal(ReasonCode.PolicyDenied, $"{application.Name} has no policy, so it admits nobody"),
        DecisionReason.Blocked =>
            new Refusal(ReasonCode.PolicyDenied, $"a Block policy of {application.Name} matches"),
        _ => new Refusal(ReasonCode.PolicyDenied, caller.Token is null
            ? $"no policy of {application.Name} admits this caller"
            : $"the service token is valid, but no policy of {application.Name} admits it"),
    };

    private static (Origin? Origin, Refusal? Refusal) ResolveOrigin(Application application, string? destination)
    {
        if (application.Origin is not { } origin)
        {
            return (null, new Refusal(ReasonCode.OriginUnset, $"{application.Name} has no origin: set one with `fastproxy app update`"));
        }

        if (!origin.IsBastion)
        {
            return (origin, null);
        }

        if (string.IsNullOrEmpty(destination))
        {
            return (null, new Refusal(ReasonCode.DestinationMissing, $"{application.Name} is a bastion: name the host behind it with --destination HOST:PORT"));
        }

        if (!JumpDestination.TryParse(destination, out var target, out var error))
        {
            return (null, new Refusal(ReasonCode.DestinationDenied, error!));
        }

        return application.AllowsDestination(target!.Host!, target.Port)
            ? (target, null)
            : (null, new Refusal(ReasonCode.DestinationDenied, $"{application.Name} does not allow the destination {target.Host}:{target.Port}"));
    }
}
