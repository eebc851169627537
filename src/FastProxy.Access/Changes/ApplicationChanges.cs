using FastProxy.Access.Applications;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of applications. Pure: every store uses the same checks.</summary>
public static class ApplicationChanges
{
    /// <summary>The longest session an application or policy may grant: one month, taken as 31 days.</summary>
    public static TimeSpan MaximumSessionDuration { get; } = TimeSpan.FromDays(31);

    /// <summary>Adds an application with the policies it brings.</summary>
    public static AccessChange<Application> Create(AccessSnapshot snapshot, Application application)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(application);
        return snapshot.TryGetApplication(application.Id, out _)
            ? AccessChange<Application>.Refused(MutationProblem.Conflict("an application with this id exists"))
            : Checked(snapshot, application);
    }

    /// <summary>Replaces an application and its policies; id and creation time stay.</summary>
    public static AccessChange<Application> Update(
        AccessSnapshot snapshot,
        Guid id,
        Func<Application, Application> change,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        return snapshot.TryGetApplication(id, out var application)
            ? Checked(snapshot, change(application) with { Id = id, CreatedAt = application.CreatedAt, UpdatedAt = now })
            : AccessChange<Application>.Refused(MutationProblem.NotFound("application"));
    }

    /// <summary>Removes an application that no rule of another's names, and its policies.</summary>
    public static AccessChange<Application> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetApplication(id, out var application))
        {
            return AccessChange<Application>.Refused(MutationProblem.NotFound("application"));
        }

        // Its own policies go with it.
        var next = snapshot.Without(application);
        var users = RuleReferences.FindUsers(next, rule => rule.NamedApplication == id);
        return users.IsEmpty
            ? AccessChange<Application>.To(next, application)
            : AccessChange<Application>.Refused(RuleReferences.InUse($"the application '{application.Name}'", users));
    }

    private static AccessChange<Application> Checked(AccessSnapshot snapshot, Application application)
    {
        if (application.AllowedDestinations.IsDefault)
        {
            application = application with { AllowedDestinations = [] };
        }

        if (PolicyChanges.WithReusablePolicies(snapshot, application) is not { } resolved)
        {
            return AccessChange<Application>.Refused(MutationProblem.Invalid("it names a reusable policy that does not exist"));
        }

        application = PolicyChanges.WithPrecedences(resolved);
        var problem = Check(snapshot, application) ?? PolicyChanges.CheckAll(snapshot, application);
        if (problem is not null)
        {
            return AccessChange<Application>.Refused(problem);
        }

        var next = snapshot.With(application);
        return AccessChange<Application>.To(next, next.TryGetApplication(application.Id, out var stored) ? stored : application);
    }

    /// <summary>Null when the application could be one of the snapshot's, its policies aside.</summary>
    internal static MutationProblem? Check(AccessSnapshot snapshot, Application application)
    {
        if (!EntityName.IsValid(application.Name, out var error))
        {
            return MutationProblem.Invalid(error);
        }

        if (snapshot.TryGetApplicationByName(application.Name, out var other) && other.Id != application.Id)
        {
            return MutationProblem.Conflict($"there is already an application named '{application.Name}'");
        }

        if (!ApplicationAudience.IsValid(application.Aud))
        {
            return MutationProblem.Invalid("the audience tag is not 64 lower-case hex digits");
        }

        if (snapshot.TryGetApplicationByAud(application.Aud, out other) && other.Id != application.Id)
        {
            return MutationProblem.Conflict("there is already an application with this audience tag");
        }

        if (!IsWord(application.Type))
        {
            return MutationProblem.Invalid("the type of the application is missing");
        }

        if (application.ReadServiceTokensFromHeader is { } header && !IsWord(header))
        {
            return MutationProblem.Invalid($"'{header}' is no name of a header");
        }

        return CheckSessionDuration(application.SessionDuration) is { } text
            ? MutationProblem.Invalid(text)
            : CheckDomains(snapshot, application);
    }

    internal static string? CheckSessionDuration(TimeSpan? duration) =>
        duration is { } length && (length < TimeSpan.Zero || length > MaximumSessionDuration)
            ? $"the session duration is not between 0s and {GoDuration.Format(MaximumSessionDuration)}"
            : null;

    private static MutationProblem? CheckDomains(AccessSnapshot snapshot, Application application)
    {
        if (application.Domains.IsDefaultOrEmpty)
        {
            return MutationProblem.Invalid("the domain is missing");
        }

        foreach (var domain in application.Domains)
        {
            if (snapshot.TryGetApplicationByDomain(domain.ToString(), out var owner) && owner.Id != application.Id)
            {
                return MutationProblem.Conflict($"the domain '{domain}' belongs to the application '{owner.Name}'");
            }
        }

        return application.Domains.Distinct().Count() == application.Domains.Length
            ? null
            : MutationProblem.Invalid("a domain is listed twice");
    }

    // RFC 9110 section 5.6.2: a token.
    private static bool IsWord(string? text) =>
        text is { Length: > 0 and <= 128 }
        && !text.AsSpan().ContainsAnyExcept("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}
