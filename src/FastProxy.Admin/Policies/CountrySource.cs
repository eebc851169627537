namespace FastProxy.Admin.Policies;

/// <summary>Whether the gateway learns its callers' countries at all. Where it does not, a rule about them would admit nobody and exclude everybody.</summary>
/// <param name="IsThere">Whether <c>geo</c> is configured.</param>
internal sealed record CountrySource(bool IsThere);
