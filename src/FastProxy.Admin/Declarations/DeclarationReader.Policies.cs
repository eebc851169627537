using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Admin.Policies;

namespace FastProxy.Admin.Declarations;

/// <content>The policies of an application, and what rules name.</content>
internal sealed partial class DeclarationReader
{
    // Each entry is a policy of the application's own, or a reusable one: its name, or {"id": NAME, "precedence"?}. Without a precedence
    // an entry follows the one before it.
    private ImmutableArray<Policy> Policies(DeclaredEntry application, Application? existing)
    {
        if (!application.Value.TryGetProperty(DeclaredForm.Policies, out var list))
        {
            return [];
        }
        if (list.ValueKind != JsonValueKind.Array)
        {
            _problems.Add($"{application.Pointer}/{DeclaredForm.Policies}", "'policies' is not a list: [] is none");
            return [];
        }
        var policies = ImmutableArray.CreateBuilder<Policy>(list.GetArrayLength());
        var (last, i) = (0, 0);
        foreach (var item in list.EnumerateArray())
        {
            var pointer = string.Create(CultureInfo.InvariantCulture, $"{application.Pointer}/{DeclaredForm.Policies}/{i++}");
            var (policy, precedence) = PolicyEntry(item, pointer, existing);
            if (policy is not null)
            {
                last = precedence ?? last + 1;
                policies.Add(AsBefore(policy with { Precedence = last }, existing));
            }
        }
        return policies.DrainToImmutable();
    }

    private (Policy? Policy, int? Precedence) PolicyEntry(JsonElement item, string pointer, Application? existing)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            return (NamedPolicy(item.GetString()!, pointer), null);
        }
        if (item.ValueKind != JsonValueKind.Object)
        {
            _problems.Add(pointer, "an entry of 'policies' is neither the name of a reusable policy nor a policy");
            return (null, null);
        }
        var body = _declaration.Body.Part(WithIds(item, pointer));
        Policy? policy;
        if (body.Has("id"))
        {
            policy = body.Text("id") is { } name ? NamedPolicy(name, $"{pointer}/id") : null;
        }
        else
        {
            var known = body.Text("name") is { } name ? existing?.Policies.FirstOrDefault(other => !other.IsReusable && other.Name == name) : null;
            policy = PolicyBody.Read(body, known, _now);
        }
        var precedence = body.Count("precedence");
        _problems.AddAll(body, pointer);
        return (policy, precedence);
    }

    // The very same object where nothing of it changes.
    private Policy AsBefore(Policy policy, Application? existing) =>
        !policy.IsReusable
        && existing?.Policies.FirstOrDefault(other => other.Id == policy.Id) is { } before
        && IsSame(_before.Of(before), _after.Of(policy)) ? before : policy;

    private Policy? NamedPolicy(string name, string pointer)
    {
        if (_policies.TryGetValue(name, out var policy))
        {
            return policy;
        }
        Unknown(DeclaredKind.Policy, name, pointer);
        return null;
    }

    // The object with ids in the place of the names in its rules. A rule that is none is told here, where its place is known, and so is a key
    // with nothing behind it.
    private JsonElement WithIds(JsonElement value, string pointer) => JsonText.Element(writer =>
    {
        writer.WriteStartObject();
        foreach (var field in value.EnumerateObject())
        {
            if (field.Value.ValueKind == JsonValueKind.Null)
            {
                // An exclude whose rules went missing would exclude nobody.
                _problems.Add(DeclarationProblems.Field(pointer, field.Name), $"there is nothing behind '{field.Name}': leave it out, or say what it is");
            }
            writer.WritePropertyName(field.Name);
            if (DeclaredRules.Fields.Contains(field.Name) && field.Value.ValueKind == JsonValueKind.Array)
            {
                writer.WriteStartArray();
                var i = 0;
                foreach (var rule in field.Value.EnumerateArray())
                {
                    WriteRule(writer, rule, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{field.Name}/{i++}"));
                }
                writer.WriteEndArray();
            }
            else
            {
                field.Value.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
    });

    // A rule that cannot be used is left out of what is read on: it is told once.
    private void WriteRule(Utf8JsonWriter writer, JsonElement rule, string pointer)
    {
        var namesAll = true;
        var withIds = JsonText.Element(inner => DeclaredRules.Write(inner, rule, (kind, name) =>
        {
            if (_names.TryGetId(kind, name, out var id))
            {
                return id.ToString("D");
            }
            namesAll = false;
            Unknown(kind, name, pointer);
            return name;
        }));
        if (!namesAll)
        {
            return;
        }
        if (!RuleJson.TryRead(withIds, out _, out var error))
        {
            _problems.Add(pointer, error);
            return;
        }
        withIds.WriteTo(writer);
    }

    private void Unknown(DeclaredKind kind, string name, string pointer)
    {
        if (_problems.IsFull)
        {
            return;
        }
        var (what, exists) = kind switch
        {
            DeclaredKind.ServiceToken => ("service token", false),
            DeclaredKind.Group => ("group", _snapshot.TryGetGroupByName(name, out _)),
            DeclaredKind.Policy => ("reusable policy", _snapshot.TryGetReusablePolicyByName(name, out _)),
            DeclaredKind.Application => ("application", _snapshot.TryGetApplicationByName(name, out _)),
            _ => ("list", false),
        };
        var nearest = _names.Nearest(kind, name);
        _problems.Add(pointer, exists ? $"the {what} '{name}' would be removed: it is not among those that are declared"
            : nearest is not null ? $"there is no {what} '{name}', did you mean '{nearest}'?"
            : kind == DeclaredKind.ServiceToken ? $"there is no {what} '{name}': tokens are created by themselves, since their secrets belong in no file"
            : $"there is no {what} '{name}'");
    }
}
