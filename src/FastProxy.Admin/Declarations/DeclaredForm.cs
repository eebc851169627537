using System.Text.Json;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Applications;
using FastProxy.Admin.Groups;
using FastProxy.Admin.Policies;

namespace FastProxy.Admin.Declarations;

/// <summary>
/// Objects as a declaration says them: the API's fields in their order, references by name, without what the gateway gives (ids, times,
/// audience tags) and without what is as it would be if nothing were said. Two objects are the same when their forms are.
/// </summary>
internal sealed class DeclaredForm(DeclaredNames names)
{
    /// <summary>The field of an application under which its policies are.</summary>
    public const string Policies = "policies";

    private const string UsualType = "self_hosted";

    private static readonly string[] s_given = ["id", "aud", "created_at", "updated_at", "reusable", "app_count", Policies];

    /// <summary>A group.</summary>
    public Dictionary<string, JsonElement> Of(Group group)
    {
        var fields = Fields(JsonSerializer.SerializeToElement(GroupResource.Of(group), ApiJson.Default.GroupResource));
        fields.Remove("is_default");
        if (group.IsDefault)
        {
            fields["is_default"] = JsonText.Element(writer => writer.WriteBooleanValue(true));
        }
        return fields;
    }

    /// <summary>A policy; with its precedence where it is one of an application's.</summary>
    public Dictionary<string, JsonElement> Of(Policy policy) =>
        Fields(JsonSerializer.SerializeToElement(PolicyResource.Of(policy, AccessSnapshot.Empty), ApiJson.Default.PolicyResource));

    /// <summary>A reusable policy as one of an application's: what belongs to the application, its place.</summary>
    public Dictionary<string, JsonElement> OfUse(Policy policy)
    {
        var fields = Of(policy);
        return new() { ["id"] = fields["name"], ["precedence"] = fields["precedence"] };
    }

    /// <summary>An application without its policies.</summary>
    public Dictionary<string, JsonElement> Of(Application application)
    {
        var resource = ApplicationResource.Of(application, AccessSnapshot.Empty);
        var fields = Fields(JsonSerializer.SerializeToElement(resource, ApiJson.Default.ApplicationResource));
        if (application.SessionDuration is null)
        {
            fields.Remove("session_duration");
        }
        if (fields["type"].GetString() == UsualType)
        {
            fields.Remove("type");
        }
        // One way to say the domains: the list of destinations only where it has more than them, the list of domains only where they are several.
        if (resource.Destinations.Count == resource.SelfHostedDomains.Count)
        {
            fields.Remove("destinations");
        }
        if (fields.ContainsKey("destinations") || resource.SelfHostedDomains.Count == 1)
        {
            fields.Remove("self_hosted_domains");
        }
        return fields;
    }

    /// <summary>The policies of an application in their order, a precedence only where it does not follow from the place.</summary>
    public IEnumerable<Dictionary<string, JsonElement>> OfPolicies(Application application)
    {
        var last = 0;
        foreach (var policy in application.Policies)
        {
            var fields = policy.IsReusable ? OfUse(policy) : Of(policy);
            if (policy.Precedence == ++last)
            {
                fields.Remove("precedence");
            }
            last = policy.Precedence;
            yield return fields;
        }
    }

    private Dictionary<string, JsonElement> Fields(JsonElement resource)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in resource.EnumerateObject())
        {
            var isNothing = field.Value.ValueKind == JsonValueKind.Null || (field.Value.ValueKind == JsonValueKind.Array && field.Value.GetArrayLength() == 0);
            if (!isNothing && !s_given.Contains(field.Name))
            {
                fields[field.Name] = DeclaredRules.Fields.Contains(field.Name) ? Named(field.Value) : field.Value;
            }
        }
        return fields;
    }

    private JsonElement Named(JsonElement rules) => JsonText.Element(writer =>
    {
        writer.WriteStartArray();
        foreach (var rule in rules.EnumerateArray())
        {
            DeclaredRules.Write(writer, rule, (kind, id) => names.NameOf(kind, Guid.Parse(id)));
        }
        writer.WriteEndArray();
    });
}
