namespace FastProxy.Access.Policies;

/// <summary>The one table of policy actions: the name in the API (<c>decision</c>) and the name on the command line (<c>--action</c>).</summary>
public static class PolicyActions
{
    private static readonly (PolicyAction Action, string Api, string CommandLine)[] s_table =
    [
        (PolicyAction.Allow, "allow", "allow"),
        (PolicyAction.Block, "deny", "block"),
        (PolicyAction.Bypass, "bypass", "bypass"),
        (PolicyAction.ServiceAuth, "non_identity", "service-auth"),
    ];

    /// <summary>The name in the API: <c>allow</c>, <c>deny</c>, <c>bypass</c> or <c>non_identity</c>.</summary>
    public static string ToApiName(this PolicyAction action) => s_table[(int)action].Api;

    /// <summary>The name on the command line: <c>allow</c>, <c>block</c>, <c>bypass</c> or <c>service-auth</c>.</summary>
    public static string ToCommandLineName(this PolicyAction action) => s_table[(int)action].CommandLine;

    /// <summary>Reads a name of the API. False (and <see cref="PolicyAction.Block"/>) for any other text.</summary>
    public static bool TryParseApiName(string? name, out PolicyAction action)
    {
        foreach (var row in s_table)
        {
            if (row.Api == name)
            {
                action = row.Action;
                return true;
            }
        }

        action = PolicyAction.Block;
        return false;
    }

    /// <summary>Reads a name of the command line. False (and <see cref="PolicyAction.Block"/>) for any other text.</summary>
    public static bool TryParseCommandLineName(string? name, out PolicyAction action)
    {
        foreach (var row in s_table)
        {
            if (row.CommandLine == name)
            {
                action = row.Action;
                return true;
            }
        }

        action = PolicyAction.Block;
        return false;
    }
}
