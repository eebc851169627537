using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Policies;

/// <summary>What rules look at. On the stack only: a decision allocates nothing.</summary>
internal readonly ref struct RuleContext
{
    public RuleContext(AccessSnapshot snapshot, ServiceToken? token, ClientAddress address)
    {
        Snapshot = snapshot;
        Token = token;
        Address = address;
    }

    public AccessSnapshot Snapshot { get; }

    public ServiceToken? Token { get; }

    public ClientAddress Address { get; }

    /// <summary>Asks "with some token, perhaps": without a token, rules about tokens are then not known instead of not met.</summary>
    public bool TokenMayFollow { get; private init; }

    /// <summary>How many groups we are inside of.</summary>
    public int Depth { get; private init; }

    public RuleContext WithTokenToFollow() => new(Snapshot, Token, Address) { TokenMayFollow = true, Depth = Depth };

    public RuleContext Inside() => new(Snapshot, Token, Address) { TokenMayFollow = TokenMayFollow, Depth = Depth + 1 };
}
