using FastProxy.Access.Decisions;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Policies;

/// <summary>What rules look at. On the stack only: a decision allocates nothing.</summary>
internal readonly ref struct RuleContext
{
    public RuleContext(AccessSnapshot snapshot, in AccessRequest request)
    {
        Snapshot = snapshot;
        Token = request.Token;
        Address = ClientAddress.From(request.Address);
        Country = request.Country;
        Certificate = request.Certificate;
        LinkedApplicationId = request.LinkedApplicationId;

        // Who presents a service token is a machine, whatever cookie comes along.
        Identity = request.Token is null ? request.Identity : null;
        Open = OpenFacts.Certificate;
    }

    /// <summary>A service token that comes from anywhere, with any certificate.</summary>
    public RuleContext(AccessSnapshot snapshot, ServiceToken token)
    {
        Snapshot = snapshot;
        Token = token;
        Open = OpenFacts.Certificate;
    }

    public AccessSnapshot Snapshot { get; }

    public ServiceToken? Token { get; }

    public ClientAddress Address { get; }

    public CountryCode Country { get; }

    public ClientCertificate? Certificate { get; }

    public Identity? Identity { get; init; }

    public Guid? LinkedApplicationId { get; }

    public OpenFacts Open { get; init; }

    /// <summary>How many groups we are inside of.</summary>
    public int Depth { get; init; }

    /// <summary>What a rule is worth that is about an absent fact.</summary>
    public RuleMatch Absent(OpenFacts fact) => (Open & fact) != 0 ? RuleMatch.Unknown : RuleMatch.No;
}
