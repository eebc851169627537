namespace FastProxy.Cli.DropIn;

/// <summary>A flag of a command line in Go's grammar.</summary>
/// <param name="Name">Its canonical name, under which its values are found.</param>
/// <param name="TakesValue">False for a switch.</param>
/// <param name="Aliases">Other spellings, without dashes.</param>
internal sealed record GoFlag(string Name, bool TakesValue, params string[] Aliases);
