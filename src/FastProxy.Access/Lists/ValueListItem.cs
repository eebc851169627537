namespace FastProxy.Access.Lists;

/// <summary>One value of a list.</summary>
/// <param name="Value">The value in the form its kind has: a network as <c>10.0.0.0/8</c>, a mail address as it was given.</param>
/// <param name="Description">What a person noted beside it; may be empty.</param>
/// <param name="CreatedAt">When it came into the list, UTC.</param>
public sealed record ValueListItem(string Value, string Description, DateTimeOffset CreatedAt);
