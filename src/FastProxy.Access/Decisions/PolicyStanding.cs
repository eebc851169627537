namespace FastProxy.Access.Decisions;

/// <summary>The part a policy had in a decision.</summary>
public enum PolicyStanding
{
    /// <summary>It does not match.</summary>
    NoMatch,

    /// <summary>It does not match, because something its rules ask for is not known.</summary>
    NotKnown,

    /// <summary>It matches, or could, but counts only for a person who signed in.</summary>
    NeedsSignIn,

    /// <summary>It matches, and that was the decision.</summary>
    Decides,

    /// <summary>It was not asked: another policy had decided.</summary>
    NotReached,
}
