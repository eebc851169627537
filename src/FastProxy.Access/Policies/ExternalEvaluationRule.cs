using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>
/// Holds for people whom an evaluation service of the account's own vouched for when they signed in. The service is asked then, not for a
/// decision: its answer is a fact about the identity.
/// </summary>
/// <param name="EvaluateUrl">Where the service is asked.</param>
/// <param name="KeysUrl">Where the keys are that its answers are signed with.</param>
public sealed record ExternalEvaluationRule(string EvaluateUrl, string KeysUrl) : Rule
{
    internal const string Key = "external_evaluation";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal static ExternalEvaluationRule Read(RuleValue value) => new(Url(value, "evaluate_url"), Url(value, "keys_url"));

    internal override RuleMatch Match(in RuleContext context) =>
        context.Identity is not { } identity ? context.Absent(OpenFacts.Identity)
        : identity.Evaluations.AsSpan().Contains(EvaluateUrl) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("evaluate_url", EvaluateUrl);
        writer.WriteString("keys_url", KeysUrl);
        writer.WriteEndObject();
    }

    private static string Url(RuleValue value, string key)
    {
        var text = value.Text(key);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
        {
            // Who could change the answer on its way could sign in as anybody.
            value.Fail($"'{Key}.{key}' is not an https URL");
        }

        return text;
    }
}
